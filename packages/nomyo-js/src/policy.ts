/** Rules that a caller sets above the protocol: each is checked before anything is sealed. Pure. */
import { InvalidArgumentError, SecurityError } from '@nomyo/crypto';
import { aBoolean, anInteger, anObject, aString, oneOf, optional, refuseUnknown } from './checks.js';
import { SECURITY_TIERS } from './chat/request.js';
import type { SecurityTier } from './chat/request-types.js';

/** What every call of a client must keep to. A rule that is left out does not apply. */
export interface Policy {
  /** A call without a tier, or with a lower one, is refused. */
  readonly minimumSecurityTier?: SecurityTier;
  /** Any other model is refused. */
  readonly allowedModels?: readonly string[];
  /** The client must have `serverKeyPins`. */
  readonly requirePinnedServerKey?: boolean;
  /** Secrets must be in locked memory. */
  readonly requireLockedMemory?: boolean;
  /** `http:` is refused even with `allowHttp`. */
  readonly requireHttps?: boolean;
  /** Largest request, in bytes of JSON. */
  readonly maxPayloadBytes?: number;
}

/** A starting point for protected health information: the highest tier, pinned router key, locked memory, HTTPS. */
export const phiPolicy: Readonly<Policy> = Object.freeze({
  minimumSecurityTier: 'maximum',
  requirePinnedServerKey: true,
  requireLockedMemory: true,
  requireHttps: true,
});

/** What the rules about the client look at. */
export interface ClientFacts {
  readonly isHttps: boolean;
  readonly hasPins: boolean;
  readonly canLockMemory: boolean;
}

/** What the rules about one call look at. */
export interface CallFacts {
  readonly securityTier: SecurityTier | undefined;
  readonly model: unknown;
  readonly payloadBytes: number;
}

const RULES: readonly (keyof Policy)[] = [
  'minimumSecurityTier',
  'allowedModels',
  'requirePinnedServerKey',
  'requireLockedMemory',
  'requireHttps',
  'maxPayloadBytes',
];

/** @throws {InvalidArgumentError} on an unknown rule or a wrong value */
export function checkPolicy(policy: unknown): Policy {
  const rules = anObject('policy', policy);
  refuseUnknown('policy', rules, RULES);
  optional('policy.minimumSecurityTier', rules['minimumSecurityTier'], oneOf(SECURITY_TIERS), undefined);
  optional(
    'policy.maxPayloadBytes',
    rules['maxPayloadBytes'],
    anInteger(1, Number.MAX_SAFE_INTEGER),
    undefined,
  );
  for (const rule of ['requirePinnedServerKey', 'requireLockedMemory', 'requireHttps'] as const) {
    optional(`policy.${rule}`, rules[rule], aBoolean, undefined);
  }
  const models = rules['allowedModels'];
  if (models !== undefined && !Array.isArray(models)) {
    throw new InvalidArgumentError('policy.allowedModels', 'must be an array of strings');
  }
  for (const model of models ?? []) aString('policy.allowedModels', model);
  return { ...rules };
}

/** @throws {SecurityError} `POLICY_VIOLATION` with the name of the rule */
export function checkClient(policy: Policy, facts: ClientFacts): void {
  if (policy.requireHttps === true && !facts.isHttps) {
    throw violation('requireHttps', 'the base URL is not https:');
  }
  if (policy.requirePinnedServerKey === true && !facts.hasPins) {
    throw violation('requirePinnedServerKey', 'there are no serverKeyPins');
  }
  if (policy.requireLockedMemory === true && !facts.canLockMemory) {
    throw violation('requireLockedMemory', 'memory cannot be locked; see getMemoryProtectionInfo()');
  }
}

/** @throws {SecurityError} `POLICY_VIOLATION` with the name of the rule */
export function checkCall(policy: Policy, call: CallFacts): void {
  const { minimumSecurityTier, allowedModels, maxPayloadBytes } = policy;
  if (minimumSecurityTier !== undefined && rank(call.securityTier) < rank(minimumSecurityTier)) {
    throw violation('minimumSecurityTier', `the call asks for less than ${minimumSecurityTier}`);
  }
  if (allowedModels !== undefined && !allowedModels.some((model) => model === call.model)) {
    throw violation('allowedModels', 'the model is none of the allowed ones');
  }
  if (maxPayloadBytes !== undefined && call.payloadBytes > maxPayloadBytes) {
    throw violation('maxPayloadBytes', `the request has ${String(call.payloadBytes)} bytes of JSON`);
  }
}

function rank(tier: SecurityTier | undefined): number {
  return tier === undefined ? -1 : SECURITY_TIERS.indexOf(tier);
}

function violation(rule: keyof Policy, why: string): SecurityError {
  return new SecurityError('POLICY_VIOLATION', `policy.${rule}: ${why}`);
}
