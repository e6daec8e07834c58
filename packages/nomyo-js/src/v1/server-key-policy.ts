/** The choice of the router keys that are accepted: any, the first one seen, or pinned ones. */
import { aFunction, InvalidArgumentError, oneOf, optional } from '@nomyo/base';
import type { ServerKeyChange } from '@nomyo/transport';
import type { Emit } from '../events.js';

/**
 * `any`: every key that arrives over HTTPS. `first-use`: the first key seen is remembered, and a change is refused
 * until the caller accepts it. `pinned`: the keys in `serverKeyPins`.
 */
export type ServerKeyPolicy = 'any' | 'first-use' | 'pinned';

/** Decides about a changed key: `true` accepts and remembers it, anything else refuses it. */
export type OnServerKeyChange = (change: ServerKeyChange) => boolean | Promise<boolean>;

/** The rules for the router's keys. */
export interface ServerKeyRules {
  readonly policy: ServerKeyPolicy;
  /** Fingerprints. If there are any, no other key is accepted, whatever the policy. */
  readonly pins: readonly string[];
  readonly onChange: OnServerKeyChange | undefined;
}

const POLICIES: readonly ServerKeyPolicy[] = ['any', 'first-use', 'pinned'];

/** @throws {InvalidArgumentError} on an invalid value, or one that has no effect */
export function checkServerKeyRules(
  pins: readonly string[],
  policy: unknown,
  onChange: OnServerKeyChange | undefined,
): ServerKeyRules {
  const byDefault = pins.length > 0 ? 'pinned' : 'any';
  const chosen = optional('serverKeyPolicy', policy, oneOf(POLICIES), byDefault);
  if (chosen === 'pinned' && pins.length === 0) {
    throw new InvalidArgumentError('serverKeyPins', "must hold a pin when serverKeyPolicy is 'pinned'");
  }
  if (onChange !== undefined) aFunction('onServerKeyChange', onChange);
  if (onChange !== undefined && chosen !== 'first-use') {
    throw new InvalidArgumentError(
      'onServerKeyChange',
      "has no effect unless serverKeyPolicy is 'first-use'",
    );
  }
  return { policy: chosen, pins, onChange };
}

/**
 * Makes a function that warns once when a request of the highest tier goes to a router whose key only TLS vouches for.
 */
export function createTierWarning(
  { policy, pins }: ServerKeyRules,
  emit: Emit,
): (fingerprint: string) => void {
  let isDue = policy === 'any' && pins.length === 0;
  return (fingerprint) => {
    if (!isDue) return;
    isDue = false;
    emit({ message: 'nomyo:server-key-unverified', fingerprint });
  };
}
