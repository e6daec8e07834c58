/** Type checks of parsed JSON. */

/** Tiers of protocol 2 §6, the lowest first. */
export const TIERS = ['standard', 'high', 'maximum'] as const;

export type Tier = (typeof TIERS)[number];

/** A JSON object with unchecked members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTier(value: unknown): value is Tier {
  return TIERS.some((tier) => tier === value);
}
