/** Rules that a caller sets above the protocol: each is checked before anything is sealed. Pure. */
import {
  aBoolean,
  anInteger,
  anObject,
  aString,
  given,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUndefined,
  refuseUnknown,
  SecurityError,
  type Check,
} from '@nomyo/base';
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
  /** The client must have `serverKeyPins`, or `serverKeyPolicy: 'first-use'`. */
  readonly requireVerifiedServerKey?: boolean;
  /** The client's private key must not reach a disk unencrypted: `keyRotationPassword`, `keyDir: null`, or `keys`. */
  readonly requireEncryptedKeyFiles?: boolean;
  /** Secrets must be in locked memory. */
  readonly requireLockedMemory?: boolean;
  /** `http:` is refused even with `allowHttp`. */
  readonly requireHttps?: boolean;
  /** Largest request, in bytes of JSON. */
  readonly maxPayloadBytes?: number;
}

/**
 * A starting point for protected health information: the highest tier, a pinned router key, encrypted key files (or
 * none), locked memory, HTTPS.
 */
export const phiPolicy: Readonly<Policy> = Object.freeze({
  minimumSecurityTier: 'maximum',
  requirePinnedServerKey: true,
  requireEncryptedKeyFiles: true,
  requireLockedMemory: true,
  requireHttps: true,
});

/** A rule of the policy forbids it. Nothing was sealed, written or sent. */
export class PolicyError extends SecurityError {
  override readonly name: string = 'PolicyError';
  /** The rule, as {@link Policy} names it. */
  readonly rule: keyof Policy;

  constructor(rule: keyof Policy, why: string) {
    super('POLICY_VIOLATION', `policy.${rule}: ${why}`);
    this.rule = rule;
  }
}

/** What the rules about the client look at. */
export interface ClientFacts {
  readonly isHttps: boolean;
  readonly hasPins: boolean;
  /** Whether a router key that differs from the first one is refused. */
  readonly isFirstUse: boolean;
  /** Whether key files that this client writes would be readable without a password. */
  readonly writesPlainKeys: boolean;
  readonly canLockMemory: boolean;
}

const SWITCHES = [
  'requirePinnedServerKey',
  'requireVerifiedServerKey',
  'requireEncryptedKeyFiles',
  'requireLockedMemory',
  'requireHttps',
] as const satisfies readonly (keyof Policy)[];

const RULES: readonly (keyof Policy)[] = [
  'minimumSecurityTier',
  'allowedModels',
  'maxPayloadBytes',
  ...SWITCHES,
];

/** @throws {InvalidArgumentError} on an unknown rule or a wrong value */
export function checkPolicy(policy: unknown): Policy {
  const rules = anObject('policy', policy);
  refuseUnknown(rules, RULES);
  refuseUndefined(rules, RULES, 'policy.');
  optional('policy.minimumSecurityTier', rules['minimumSecurityTier'], oneOf(SECURITY_TIERS), undefined);
  optional(
    'policy.maxPayloadBytes',
    rules['maxPayloadBytes'],
    anInteger(1, Number.MAX_SAFE_INTEGER),
    undefined,
  );
  for (const rule of SWITCHES) {
    optional(`policy.${rule}`, rules[rule], aBoolean, undefined);
  }
  const allowedModels = optional('policy.allowedModels', rules['allowedModels'], aListOfModels, undefined);
  return { ...rules, ...given('allowedModels', allowedModels) };
}

/** A list of one's own: what a caller changes later changes nothing. */
const aListOfModels: Check<readonly string[]> = (name, value) => {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'must be an array of strings');
  return value.map((model: unknown) => aString(name, model));
};

/** @throws {PolicyError} */
export function checkClient(policy: Policy, facts: ClientFacts): void {
  if (policy.requireHttps === true && !facts.isHttps) {
    throw new PolicyError('requireHttps', 'the base URL is not https:');
  }
  if (policy.requirePinnedServerKey === true && !facts.hasPins) {
    throw new PolicyError('requirePinnedServerKey', 'there are no serverKeyPins');
  }
  if (policy.requireVerifiedServerKey === true && !facts.hasPins && !facts.isFirstUse) {
    const message = "there are neither serverKeyPins nor serverKeyPolicy: 'first-use'";
    throw new PolicyError('requireVerifiedServerKey', message);
  }
  if (policy.requireLockedMemory === true && !facts.canLockMemory) {
    throw new PolicyError('requireLockedMemory', 'memory cannot be locked; see getMemoryProtectionInfo()');
  }
  if (facts.writesPlainKeys) checkPlainKeyFiles(policy);
}

/** @throws {PolicyError} where a private key file without a password is forbidden */
export function checkPlainKeyFiles({ requireEncryptedKeyFiles }: Policy): void {
  if (requireEncryptedKeyFiles !== true) return;
  const message =
    'the private key file would not be encrypted. Set keyRotationPassword, or keyDir: null to keep the key in memory';
  throw new PolicyError('requireEncryptedKeyFiles', message);
}
