/** Which tier a call asks for: the body, a header and the options may each name one, and the highest wins. Pure. */
import { oneOf, optional } from '@nomyo/base';
import { SECURITY_TIERS } from '../chat/request.js';
import type { SecurityTier } from '../chat/request-types.js';

/** @throws {InvalidArgumentError} naming the one that is no tier */
export function highestTier(named: Readonly<Record<string, unknown>>): SecurityTier | undefined {
  const ranks = Object.entries(named)
    .map(([name, tier]) => optional(name, tier ?? undefined, oneOf(SECURITY_TIERS), undefined))
    .map((tier) => (tier === undefined ? -1 : SECURITY_TIERS.indexOf(tier)));
  return SECURITY_TIERS[Math.max(-1, ...ranks)];
}
