/** The router's public key, fetched as rarely as possible and never trusted against a pin. */
import { withLightDeadline } from '../client/deadline.js';
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '../errors/errors.js';
import { abortable, DisposedError, SecurityError, type AbortSignalLike } from '@nomyo/base';
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
  /** Fetches the key. The signal is aborted when the key is no longer needed. */
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

/** Between two doubts, in ms. */
const DOUBT_INTERVAL_MS = 60_000;

/** What a router answers that cannot open a request, and what a gateway before it makes of that. */
const KEY_MAY_HAVE_CHANGED: readonly number[] = [400, 422, 500, 502];

/** Whether a failed answer can mean that the router has another key than the request was sealed to. */
export function mayMeanNewServerKey(error: unknown): error is APIError {
  return error instanceof APIError && KEY_MAY_HAVE_CHANGED.includes(error.status);
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
  /** The kept key, when an answer made it doubtful. */
  #doubted: K | undefined;
  #doubtedAt: number | undefined;
  #disposed = false;
  #lastFingerprint: string | undefined;
  #fetch: KeyFetch<K> | undefined;

  /** @throws {InvalidArgumentError} when a pin is malformed */
  constructor(options: ServerKeyCacheOptions<K>) {
    checkPins(options.pins ?? []);
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The key, from the cache or from the router. A waiter that aborts, or has waited long enough, does not disturb the
   * others.
   *
   * @param timeout longest wait, in ms. Default: as long as the fetch takes
   * @throws {APIConnectionTimeoutError} after `timeout`
   * @throws {SecurityError} `SERVER_KEY_NOT_PINNED`
   * @throws the signal's reason, or what `load` throws
   */
  async get(signal?: AbortSignalLike, timeout?: number): Promise<K> {
    signal?.throwIfAborted();
    const kept = this.peek();
    if (kept !== undefined && kept !== this.#doubted) return kept;
    const fetched = (ended?: AbortSignalLike): Promise<K> =>
      kept === undefined ? this.#join(ended) : this.#verify(kept, ended);
    if (timeout === undefined) return fetched(signal);
    return withLightDeadline({ timeout, signal, expired: () => keyTimedOut(timeout) }, fetched);
  }

  /**
   * An answer lets suspect that the router has another key by now: the next {@link get} fetches it again, once a minute
   * at most while it stays the same. Where that fails, the kept key goes on until its time is over.
   *
   * @param key as {@link get} gave it
   */
  doubt(key: K): void {
    const since = this.#now() - (this.#doubtedAt ?? Number.NEGATIVE_INFINITY);
    if (this.#kept?.key !== key || (since >= 0 && since < DOUBT_INTERVAL_MS)) return;
    this.#doubted = key;
    this.#doubtedAt = this.#now();
  }

  /** The key, if there is one that is fresh. */
  peek(): K | undefined {
    if (this.#kept === undefined) return undefined;
    const age = this.#now() - this.#kept.since;
    // A negative age means that the clock was set back: the age of the key is unknown.
    return age >= 0 && age < this.#options.ttl ? this.#kept.key : undefined;
  }

  /** Ends a fetch under way, and forgets the key. Nothing is fetched or told any more. */
  dispose(): void {
    this.#disposed = true;
    this.#fetch?.controller.abort(new DisposedError('ServerKeyCache'));
    this.clear();
  }

  /** Forgets the key; a fetch under way ends well for its waiters, but is not kept. */
  clear(): void {
    this.#kept = undefined;
    this.#fetch = undefined;
  }

  async #verify(kept: K, signal: AbortSignalLike | undefined): Promise<K> {
    try {
      const key = await this.#join(signal);
      this.#settle(key.fingerprint !== kept.fingerprint);
      return key;
    } catch (error) {
      // Who left learned nothing: the next one asks.
      signal?.throwIfAborted();
      this.#settle(error instanceof SecurityError);
      if (!(error instanceof APIConnectionError || error instanceof APIError)) throw error;
      return kept;
    }
  }

  /** @param right there is another key, taken or refused: then the next doubt may be right at once, too */
  #settle(right: boolean): void {
    this.#doubted = undefined;
    if (right) this.#doubtedAt = undefined;
  }

  async #join(signal: AbortSignalLike | undefined): Promise<K> {
    this.#checkOpen();
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

  #checkOpen(): void {
    if (this.#disposed) throw new DisposedError('ServerKeyCache');
  }

  async #load(signal: AbortSignal): Promise<K> {
    const { load, pins = [], onChange } = this.#options;
    const key = await load(signal);
    this.#checkOpen();
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

  /** No caller waits any more: the next one starts its own fetch. */
  #cancelFetch(fetch: KeyFetch<K>): void {
    if (this.#fetch !== fetch) return;
    this.#fetch = undefined;
    fetch.controller.abort();
  }
}

function keyTimedOut(timeout: number): APIConnectionTimeoutError {
  const message = `no key of the router within ${String(timeout)} ms: raise timeout, or look for what holds it up`;
  return new APIConnectionTimeoutError(message, { possiblyExecuted: false });
}
