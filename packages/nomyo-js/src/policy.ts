/** Rules that a caller sets above the protocol: each is checked before anything is sealed. Pure. */
import {
  aBoolean,
  anInteger,
  anObject,
  aString,
  given,
  InvalidArgumentError,
  optional,
  refuseUndefined,
  refuseUnknown,
  SecurityError,
  type Check,
} from '@nomyo/base';
import { aTier } from './chat/request.js';
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

const PLAIN_KEYS =
  'the private key file would not be encrypted. Set keyRotationPassword, or keyDir: null to keep the key in memory';

/** The rules that are switches: what of the client meets them, and what is wrong where nothing does. */
const DEMANDS = [
  ['requireHttps', ({ isHttps }) => isHttps, 'the base URL is not https:'],
  ['requirePinnedServerKey', ({ hasPins }) => hasPins, 'there are no serverKeyPins'],
  [
    'requireVerifiedServerKey',
    ({ hasPins, isFirstUse }) => hasPins || isFirstUse,
    "there are neither serverKeyPins nor serverKeyPolicy: 'first-use'",
  ],
  [
    'requireLockedMemory',
    ({ canLockMemory }) => canLockMemory,
    'memory cannot be locked; see getMemoryProtectionInfo()',
  ],
  ['requireEncryptedKeyFiles', ({ writesPlainKeys }) => !writesPlainKeys, PLAIN_KEYS],
] as const satisfies readonly (readonly [keyof Policy, (facts: ClientFacts) => boolean, string])[];

const RULES: readonly (keyof Policy)[] = [
  'minimumSecurityTier',
  'allowedModels',
  'maxPayloadBytes',
  ...DEMANDS.map(([rule]) => rule),
];

/** The option `policy`. */
export const aPolicy: Check<Policy> = (name, policy) => {
  const rules = anObject(name, policy);
  refuseUnknown(rules, RULES);
  refuseUndefined(rules, RULES, 'policy.');
  optional('policy.minimumSecurityTier', rules['minimumSecurityTier'], aTier, undefined);
  optional(
    'policy.maxPayloadBytes',
    rules['maxPayloadBytes'],
    anInteger(1, Number.MAX_SAFE_INTEGER),
    undefined,
  );
  for (const [rule] of DEMANDS) {
    optional(`policy.${rule}`, rules[rule], aBoolean, undefined);
  }
  const allowedModels = optional('policy.allowedModels', rules['allowedModels'], aListOfModels, undefined);
  return { ...rules, ...given('allowedModels', allowedModels) };
};

/** A list of one's own: what a caller changes later changes nothing. */
const aListOfModels: Check<readonly string[]> = (name, value) => {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'must be an array of strings');
  return value.map((model: unknown) => aString(name, model));
};

/** @throws {PolicyError} */
export function checkClient(policy: Policy, facts: ClientFacts): void {
  for (const [rule, isMet, why] of DEMANDS) {
    if (policy[rule] === true && !isMet(facts)) throw new PolicyError(rule, why);
  }
}

/** @throws {PolicyError} where a private key file without a password is forbidden */
export function checkPlainKeyFiles({ requireEncryptedKeyFiles }: Policy): void {
  if (requireEncryptedKeyFiles === true) throw new PolicyError('requireEncryptedKeyFiles', PLAIN_KEYS);
}
