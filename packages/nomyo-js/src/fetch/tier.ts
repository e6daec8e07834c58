/** The tier of a call: the body, a header and the options may each name one, and the highest wins. Pure. */
import { aTier, SECURITY_TIERS } from '../chat/request.js';
import type { SecurityTier } from '../chat/request-types.js';

/** @throws {InvalidArgumentError} which names the value that is not a tier */
export function highestTier(named: Readonly<Record<string, unknown>>): SecurityTier | undefined {
  let highest = -1;
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined || value === null) continue;
    highest = Math.max(highest, SECURITY_TIERS.indexOf(aTier(name, value)));
  }
  return SECURITY_TIERS[highest];
}
