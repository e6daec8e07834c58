/** The rules of a policy that are about one call. Loaded with the first call that has a policy. */
import { SECURITY_TIERS } from './chat/request.js';
import type { SecurityTier } from './chat/request-types.js';
import { PolicyError, type Policy } from './policy.js';
import { textAt } from './text-at.js';

/** The facts that rules about one call look at. */
export interface CallFacts {
  readonly securityTier: SecurityTier | undefined;
  /** The JSON to be sealed, without padding, whatever object it was written from. */
  readonly json: Uint8Array;
}

/** @throws {PolicyError} */
export function checkCall(policy: Policy, { securityTier, json }: CallFacts): void {
  const { minimumSecurityTier, maxPayloadBytes, allowedModels } = policy;
  if (minimumSecurityTier !== undefined && rank(securityTier) < rank(minimumSecurityTier)) {
    throw new PolicyError('minimumSecurityTier', `the call asks for less than ${minimumSecurityTier}`);
  }
  if (maxPayloadBytes !== undefined && json.byteLength > maxPayloadBytes) {
    throw new PolicyError('maxPayloadBytes', `the request has ${String(json.byteLength)} bytes of JSON`);
  }
  if (allowedModels !== undefined && !allowedModels.includes(textAt(json, ['model']) ?? '')) {
    throw new PolicyError('allowedModels', 'the model is not one of the allowed ones');
  }
}

function rank(tier: SecurityTier | undefined): number {
  return tier === undefined ? -1 : SECURITY_TIERS.indexOf(tier);
}
