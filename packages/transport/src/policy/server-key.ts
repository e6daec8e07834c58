/** The router's public key, fetched as rarely as possible and never trusted against a pin. */
import { abortable, SecurityError, type AbortSignalLike } from '@nomyo/base';
import { checkPins } from './pins.js';

/** Anything with the fingerprint of a public key: this module knows no cryptography. */
export interface Fingerprinted {
  /** `sha256/` and the base64 of the SHA-256 of the SPKI. */
  readonly fingerprint: string;
}

/** The router has another key than before. */
export interface ServerKeyChange {
  readonly previous: string;
  readonly current: string;
}

/** How the key is fetched and kept. */
export interface ServerKeyCacheOptions<K extends Fingerprinted> {
  /** Fetches the key. The signal is aborted when nobody waits for it any more. */
  readonly load: (signal: AbortSignal) => Promise<K>;
  /** How long a key is kept, in ms. 0: it is fetched for every call. */
  readonly ttl: number;
  /** Fingerprints that are accepted. Default, and when empty: any. */
  readonly pins?: readonly string[] | undefined;
  /** Clock, in ms. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Hears of a change before the new key is used; what it throws refuses the key. */
  readonly onChange?: ((change: ServerKeyChange) => void) | undefined;
}

interface KeyFetch<K> {
  readonly key: Promise<K>;
  readonly controller: AbortController;
  waiting: number;
}

/** A cache of one key: one fetch for many waiters. */
export class ServerKeyCache<K extends Fingerprinted> {
  readonly #options: ServerKeyCacheOptions<K>;
  readonly #now: () => number;
  #kept: { readonly key: K; readonly since: number } | undefined;
  #lastFingerprint: string | undefined;
  #fetch: KeyFetch<K> | undefined;

  /** @throws {InvalidArgumentError} when a pin is malformed */
  constructor(options: ServerKeyCacheOptions<K>) {
    checkPins(options.pins ?? []);
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The key, from the cache or from the router. A waiter that aborts does not disturb the others.
   *
   * @throws {SecurityError} `SERVER_KEY_NOT_PINNED`
   * @throws the signal's reason, or what `load` throws
   */
  async get(signal?: AbortSignalLike): Promise<K> {
    signal?.throwIfAborted();
    return this.peek() ?? this.#join(signal);
  }

  /**
   * The key, fetched anew unless somebody has done so since `stale` came from here. It can be the same key again.
   *
   * @param stale as {@link get} gave it
   * @throws as {@link get}
   */
  async refresh(stale: K, signal?: AbortSignalLike): Promise<K> {
    signal?.throwIfAborted();
    const kept = this.peek();
    return kept === undefined || kept === stale ? this.#join(signal) : kept;
  }

  /** The key, if there is one that is fresh. */
  peek(): K | undefined {
    if (this.#kept === undefined) return undefined;
    const age = this.#now() - this.#kept.since;
    // A negative age means that the clock was set back: nobody knows how old the key is.
    return age >= 0 && age < this.#options.ttl ? this.#kept.key : undefined;
  }

  /** Forgets the key; a fetch under way ends well for its waiters, but is not kept. */
  clear(): void {
    this.#kept = undefined;
    this.#fetch = undefined;
  }

  async #join(signal: AbortSignalLike | undefined): Promise<K> {
    const fetch = (this.#fetch ??= this.#startFetch());
    fetch.waiting += 1;
    try {
      return await abortable(fetch.key, signal);
    } finally {
      fetch.waiting -= 1;
      if (fetch.waiting === 0) this.#cancelFetch(fetch);
    }
  }

  #startFetch(): KeyFetch<K> {
    const controller = new AbortController();
    const fetch: KeyFetch<K> = { key: this.#load(controller.signal), controller, waiting: 0 };
    fetch.key.then(
      (key) => this.#finishFetch(fetch, key),
      () => this.#finishFetch(fetch),
    );
    return fetch;
  }

  async #load(signal: AbortSignal): Promise<K> {
    const { load, pins = [], onChange } = this.#options;
    const key = await load(signal);
    const { fingerprint } = key;
    if (pins.length > 0 && !pins.includes(fingerprint)) {
      throw new SecurityError(
        'SERVER_KEY_NOT_PINNED',
        `the key of the router (${fingerprint}) is not pinned`,
      );
    }
    const previous = this.#lastFingerprint;
    if (previous !== undefined && previous !== fingerprint) onChange?.({ previous, current: fingerprint });
    this.#lastFingerprint = fingerprint;
    return key;
  }

  #finishFetch(fetch: KeyFetch<K>, key?: K): void {
    if (this.#fetch !== fetch) return;
    this.#fetch = undefined;
    if (key !== undefined) this.#kept = { key, since: this.#now() };
  }

  /** Nobody waits: who comes next starts a fetch of their own. */
  #cancelFetch(fetch: KeyFetch<K>): void {
    if (this.#fetch !== fetch) return;
    this.#fetch = undefined;
    fetch.controller.abort();
  }
}
