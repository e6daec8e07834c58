/** The router's key as it was met first. Loaded where `serverKeyPolicy` is `first-use`. */
import { SecurityError } from '@nomyo/base';
import { openKnownKeys, type KnownKeys } from '@nomyo/keystore';
import type { ServerKeyChange } from '@nomyo/transport';
import type { Emit } from './events.js';
import type { KeyOrigin } from './options.js';
import type { OnServerKeyChange } from './server-key-policy.js';

/** Compares the router's key with the one that was met first. */
export class FirstUse {
  readonly #known: KnownKeys;
  readonly #router: string;
  readonly #onChange: OnServerKeyChange | undefined;
  readonly #emit: Emit;
  #last: string | undefined;

  /**
   * @param keys of the client: what is remembered is next to them, or in memory where they are elsewhere
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
      // The answer may come when the client is gone.
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
