import { Refusal } from '../../v1/reply.js';
import type { SecurityTier } from '../../v1/headers.js';

/** The models that a tier may use. A tier that is not named may use any. */
export type TierModels = Readonly<Partial<Record<SecurityTier, readonly string[]>>>;

/** The tier of a request without X-Security-Tier. */
const DEFAULT_TIER: SecurityTier = 'standard';

/** @throws {Refusal} 403 */
export function checkModel(allowed: TierModels, tier: SecurityTier | undefined, model: string): void {
  const asked = tier ?? DEFAULT_TIER;
  const models = allowed[asked];
  // The model's name is part of the payload: it does not go into an answer that is not encrypted.
  if (models?.includes(model) === false) {
    throw new Refusal(403, `the model is not allowed for the tier ${asked}`);
  }
}
