/** The rules of a policy about single calls. Loaded with the first call under a policy. */
import { SECURITY_TIERS } from '../chat/request.js';
import type { SecurityTier } from '../chat/request-types.js';
import { PolicyError, type Policy } from './policy.js';
import { textAt } from '../call/text-at.js';

/** The facts to which the rules about a call apply. */
export interface CallFacts {
  readonly securityTier: SecurityTier | undefined;
  /** The JSON that will be sealed, without padding. */
  readonly json: Uint8Array;
}

/** @throws {PolicyError} when a rule forbids the call */
export function checkCall(policy: Policy, { securityTier, json }: CallFacts): void {
  const { minimumSecurityTier, maxPayloadBytes, allowedModels } = policy;
  if (minimumSecurityTier !== undefined && rank(securityTier) < rank(minimumSecurityTier)) {
    throw new PolicyError('minimumSecurityTier', `the call asks for less than ${minimumSecurityTier}`);
  }
  if (maxPayloadBytes !== undefined && json.byteLength > maxPayloadBytes) {
    throw new PolicyError('maxPayloadBytes', `the request has ${String(json.byteLength)} bytes of JSON`);
  }
  if (allowedModels !== undefined && !allowedModels.includes(textAt(json, ['model']) ?? '')) {
    throw new PolicyError('allowedModels', 'the model is not in the list');
  }
}

function rank(tier: SecurityTier | undefined): number {
  return tier === undefined ? -1 : SECURITY_TIERS.indexOf(tier);
}
