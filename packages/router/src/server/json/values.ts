/** Type checks of parsed JSON. */

/** Tiers of protocol 2 §6, the lowest first. */
export const TIERS = ['standard', 'high', 'maximum'] as const;

/** A security tier by its name. */
export type Tier = (typeof TIERS)[number];

/** A JSON object with unchecked members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reports whether the value is an object, and not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reports whether the value names a tier. */
export function isTier(value: unknown): value is Tier {
  return TIERS.some((tier) => tier === value);
}
