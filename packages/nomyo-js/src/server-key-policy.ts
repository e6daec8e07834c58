/** Which keys of the router are accepted: any, the one that was met first, or pinned ones. */
import { aFunction, InvalidArgumentError, oneOf, optional, SecurityError } from '@nomyo/base';
import { openKnownKeys, type KnownKeys } from '@nomyo/keystore';
import type { ServerKeyChange } from '@nomyo/transport';
import type { SecurityTier } from './chat/request-types.js';
import type { Emit } from './events.js';
import type { KeyOrigin } from './options.js';

/**
 * `any`: every key that comes over HTTPS. `first-use`: the key that was met first is remembered, and a change refused
 * until the caller accepts it. `pinned`: those in `serverKeyPins`.
 */
export type ServerKeyPolicy = 'any' | 'first-use' | 'pinned';

/** Decides about a changed key: `true` accepts it and has it remembered, everything else refuses it. */
export type OnServerKeyChange = (change: ServerKeyChange) => boolean | Promise<boolean>;

/** What was decided about the router's keys. */
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

/** Compares the router's key with the one that was met first. */
export class FirstUse {
  readonly #known: KnownKeys;
  readonly #router: string;
  readonly #onChange: OnServerKeyChange | undefined;
  readonly #emit: Emit;
  #last: string | undefined;

  /**
   * @param keys of the client: what is remembered stands beside them, or in memory where they are elsewhere
   * @param baseUrl as `parseBaseUrl` gives it
   */
  constructor(keys: KeyOrigin, baseUrl: URL, onChange: OnServerKeyChange | undefined, emit: Emit) {
    const { keyDir, keyStorage } = keys.kind === 'given' ? { keyDir: null } : keys.options;
    this.#known = openKnownKeys({ keyDir, keyStorage });
    this.#router = baseUrl.href;
    this.#onChange = onChange;
    this.#emit = emit;
  }

  /**
   * @throws {SecurityError} `SERVER_KEY_CHANGED` when the key is another one, and the caller does not accept it
   * @throws {KeyStoreError} when what is remembered cannot be read or stored
   */
  async check(current: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const replaces = await this.#known.recall(this.#router);
      signal.throwIfAborted();
      this.#tell(this.#last ?? replaces, current);
      if (replaces !== undefined && replaces !== current) await this.#ask({ previous: replaces, current });
      // Whoever was asked may answer when the client is gone.
      signal.throwIfAborted();
      const next = { fingerprint: current, replaces };
      // Where another process was faster, what it put there is looked at.
      if (replaces === current || (await this.#known.remember(this.#router, next, signal))) break;
    }
    this.#last = current;
  }

  #tell(previous: string | undefined, current: string): void {
    if (previous === undefined || previous === current) return;
    this.#emit({ message: 'nomyo:server-key-changed', previous, current });
  }

  async #ask(change: ServerKeyChange): Promise<void> {
    if ((await this.#onChange?.(change)) === true) return;
    throw new SecurityError(
      'SERVER_KEY_CHANGED',
      `the key of the router is ${change.current}, and was ${change.previous} when it was met first. ` +
        'Ask the operator; if the change is real, accept it with onServerKeyChange',
    );
  }
}

/** Tells once when the highest tier goes to a router whose key nothing vouches for but TLS. */
export function createTierWarning(
  { policy, pins }: ServerKeyRules,
  emit: Emit,
): (tier: SecurityTier | undefined, fingerprint: string) => void {
  let isDue = policy === 'any' && pins.length === 0;
  return (tier, fingerprint) => {
    if (!isDue || tier !== 'maximum') return;
    isDue = false;
    emit({ message: 'nomyo:server-key-unverified', fingerprint });
  };
}
