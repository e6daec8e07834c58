/** Rules that a caller sets in addition to the protocol; all are checked before anything is sealed. Pure. */
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
import { aTier } from '../chat/request.js';
import type { SecurityTier } from '../chat/request-types.js';

/** Rules for every call of a client; a violation is a {@link PolicyError}. A rule that is left out does not apply. */
export interface Policy {
  /** Refuses a call without a tier, or with a lower one. */
  readonly minimumSecurityTier?: SecurityTier;
  /** Refuses any other model. */
  readonly allowedModels?: readonly string[];
  /** The client must have `serverKeyPins`. */
  readonly requirePinnedServerKey?: boolean;
  /** The client must have `serverKeyPins`, or `serverKeyPolicy: 'first-use'`. */
  readonly requireVerifiedServerKey?: boolean;
  /**
   * The client must not write its private key unencrypted: it needs `keyRotationPassword`, `keyDir: null`, or `keys`.
   */
  readonly requireEncryptedKeyFiles?: boolean;
  /** Secrets must be in locked memory. */
  readonly requireLockedMemory?: boolean;
  /** Refuses `http:` even with `allowHttp`. */
  readonly requireHttps?: boolean;
  /** Largest request, in bytes of JSON. */
  readonly maxPayloadBytes?: number;
}

/**
 * A starting point for protected health information: the highest tier, a pinned router key, encrypted key files (or
 * none), locked memory, HTTPS.
 *
 * @example
 * const client = new SecureChatCompletion({ policy: { ...phiPolicy, allowedModels }, serverKeyPins });
 */
export const phiPolicy: Readonly<Policy> = Object.freeze({
  minimumSecurityTier: 'maximum',
  requirePinnedServerKey: true,
  requireEncryptedKeyFiles: true,
  requireLockedMemory: true,
  requireHttps: true,
});

/** A rule of the policy forbids a call or an option. Nothing was sealed, written or sent. */
export class PolicyError extends SecurityError {
  override readonly name: string = 'PolicyError';
  /** The rule, as {@link Policy} names it. */
  readonly rule: keyof Policy;

  constructor(rule: keyof Policy, why: string) {
    super('POLICY_VIOLATION', `policy.${rule}: ${why}`);
    this.rule = rule;
  }
}

/** The facts to which the rules about the client apply. */
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

/** The rules that are switches, each with its condition, and the problem if the condition is not met. */
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

/** Copies the list, so that later changes by the caller have no effect. */
const aListOfModels: Check<readonly string[]> = (name, value) => {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'must be an array of strings');
  return value.map((model: unknown) => aString(name, model));
};

/** @throws {PolicyError} when the client does not meet a rule */
export function checkClient(policy: Policy, facts: ClientFacts): void {
  for (const [rule, isMet, why] of DEMANDS) {
    if (policy[rule] === true && !isMet(facts)) throw new PolicyError(rule, why);
  }
}

/** @throws {PolicyError} when an unencrypted private key file is forbidden */
export function checkPlainKeyFiles({ requireEncryptedKeyFiles }: Policy): void {
  if (requireEncryptedKeyFiles === true) throw new PolicyError('requireEncryptedKeyFiles', PLAIN_KEYS);
}
