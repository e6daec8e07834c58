/** Trust on first use of the router's key. Loaded if `serverKeyPolicy` is `first-use`. */
import { SecurityError } from '@nomyo/base';
import { openKnownKeys, type KnownKeys } from '@nomyo/keystore';
import type { ServerKeyChange } from '@nomyo/transport';
import type { Emit } from '../events.js';
import type { KeyOrigin } from '../options/options.js';
import type { OnServerKeyChange } from './server-key-policy.js';

/** Compares the router's key with the first one seen. */
export class FirstUse {
  readonly #known: KnownKeys;
  readonly #router: string;
  readonly #onChange: OnServerKeyChange | undefined;
  readonly #emit: Emit;
  #last: string | undefined;

  /**
   * @param keys the client's keys: the router's key is remembered next to them, or in memory if they are held elsewhere
   * @param baseUrl result of `parseBaseUrl`
   */
  constructor(keys: KeyOrigin, baseUrl: URL, onChange: OnServerKeyChange | undefined, emit: Emit) {
    const { keyDir, keyStorage } = keys.kind === 'given' ? { keyDir: null } : keys.options;
    this.#known = openKnownKeys({ keyDir, keyStorage });
    this.#router = baseUrl.href;
    this.#onChange = onChange;
    this.#emit = emit;
  }

  /**
   * Checks a key, and remembers the first one, or one that the caller accepts.
   *
   * @throws {SecurityError} `SERVER_KEY_CHANGED` when the key has changed and the caller does not accept it
   * @throws {KeyStoreError} when the remembered key cannot be read or stored
   */
  async check(current: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const replaces = await this.#known.recall(this.#router);
      signal.throwIfAborted();
      this.#tell(this.#last ?? replaces, current);
      if (replaces !== undefined && replaces !== current) await this.#ask({ previous: replaces, current });
      // The client may have been disposed of while the caller decided.
      signal.throwIfAborted();
      const next = { fingerprint: current, replaces };
      // If another process was faster, the key it remembered is checked.
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
      `the key of the router is ${change.current}, but the first one seen was ${change.previous}. ` +
        'Ask the operator; if the change is genuine, accept it with onServerKeyChange',
    );
  }
}
