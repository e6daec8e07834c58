/** Which keys of the router are accepted: any, the one that was met first, or pinned ones. */
import { aFunction, InvalidArgumentError, oneOf, optional } from '@nomyo/base';
import type { ServerKeyChange } from '@nomyo/transport';
import type { Emit } from './events.js';

/**
 * `any`: every key that comes over HTTPS. `first-use`: the key that was met first is remembered, and a change refused
 * until the caller accepts it. `pinned`: those in `serverKeyPins`.
 */
export type ServerKeyPolicy = 'any' | 'first-use' | 'pinned';

/** Decides about a changed key: `true` accepts it and has it remembered, everything else refuses it. */
export type OnServerKeyChange = (change: ServerKeyChange) => boolean | Promise<boolean>;

/** The decision about the router's keys. */
export interface ServerKeyRules {
  readonly policy: ServerKeyPolicy;
  /** Fingerprints. Where there are some, no other key is accepted, whatever the policy. */
  readonly pins: readonly string[];
  readonly onChange: OnServerKeyChange | undefined;
}

const POLICIES: readonly ServerKeyPolicy[] = ['any', 'first-use', 'pinned'];

/** @throws {InvalidArgumentError} on a wrong value, or one without an effect */
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

/** Tells once when the highest tier goes to a router whose key nothing vouches for but TLS. */
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
