/** The router's public key, fetched as rarely as possible and never trusted against a pin. */
import { withLightDeadline } from '../client/deadline.js';
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '../errors/errors.js';
import { abortable, DisposedError, SecurityError, type AbortSignalLike } from '@nomyo/base';
import { checkPins } from './pins.js';

/** Anything that has the fingerprint of a public key. This module does no cryptography. */
export interface Fingerprinted {
  /** `sha256/` and the base64 of the SHA-256 of the SPKI. */
  readonly fingerprint: string;
}

/** The router has a new key. */
export interface ServerKeyChange {
  /** Fingerprint of the key before. */
  readonly previous: string;
  /** Fingerprint of the new key. */
  readonly current: string;
}

/** Options of {@link ServerKeyCache}. */
export interface ServerKeyCacheOptions<K extends Fingerprinted> {
  /** Fetches the key. The signal is aborted when the key is no longer needed. */
  readonly load: (signal: AbortSignal) => Promise<K>;
  /** Time that a key is kept, in ms. 0: it is fetched for every call. */
  readonly ttl: number;
  /** Fingerprints that are accepted. Default, and if empty: any. */
  readonly pins?: readonly string[] | undefined;
  /** Clock, in ms. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Called on a change, before the new key is used; if it throws, the key is refused. Default: none. */
  readonly onChange?: ((change: ServerKeyChange) => void) | undefined;
}

/** Least time between two doubts, in ms. */
const DOUBT_INTERVAL_MS = 60_000;

/** Statuses of a router that cannot open a request, and what a gateway in front of it may turn them into. */
const KEY_MAY_HAVE_CHANGED: readonly number[] = [400, 422, 500, 502];

/** Reports whether an error can mean that the router no longer has the key that the request was sealed to. */
export function mayMeanNewServerKey(error: unknown): error is APIError {
  return error instanceof APIError && KEY_MAY_HAVE_CHANGED.includes(error.status);
}

interface KeyFetch<K> {
  readonly key: Promise<K>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * A cache of one key. Concurrent callers share one fetch.
 *
 * @example
 * const cache = new ServerKeyCache({ load: fetchKey, ttl: 3_600_000, pins });
 * const key = await cache.get(signal);
 */
export class ServerKeyCache<K extends Fingerprinted> {
  readonly #options: ServerKeyCacheOptions<K>;
  readonly #now: () => number;
  #kept: { readonly key: K; readonly since: number } | undefined;
  /** The kept key, if an answer has made it doubtful. */
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
   * Returns the key, from the cache or from the router. A caller that aborts, or whose time is over, does not affect
   * the others.
   *
   * @param timeout longest wait, in ms. Default: none
   * @throws {APIConnectionTimeoutError} after `timeout`
   * @throws {SecurityError} `SERVER_KEY_NOT_PINNED`
   * @throws {DisposedError} after {@link dispose}
   * @throws the signal's reason, or the error of `load` or `onChange`
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
   * Reports that an answer suggests a new key of the router. The next {@link get} fetches it again, at most once a
   * minute as long as it stays the same. If that fails, the kept key stays in use until its time is over.
   *
   * @param key result of {@link get}
   */
  doubt(key: K): void {
    const since = this.#now() - (this.#doubtedAt ?? Number.NEGATIVE_INFINITY);
    if (this.#kept?.key !== key || (since >= 0 && since < DOUBT_INTERVAL_MS)) return;
    this.#doubted = key;
    this.#doubtedAt = this.#now();
  }

  /** The kept key, if it is still fresh. */
  peek(): K | undefined {
    if (this.#kept === undefined) return undefined;
    const age = this.#now() - this.#kept.since;
    // A negative age means that the clock was set back, so the age of the key is unknown.
    return age >= 0 && age < this.#options.ttl ? this.#kept.key : undefined;
  }

  /** Aborts a fetch under way, and forgets the key. After that, nothing is fetched or reported. */
  dispose(): void {
    this.#disposed = true;
    this.#fetch?.controller.abort(new DisposedError('ServerKeyCache'));
    this.clear();
  }

  /** Forgets the key. A fetch under way still succeeds for its callers, but its key is not kept. */
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
      // An aborted caller has learned nothing; the next one asks again.
      signal?.throwIfAborted();
      this.#settle(error instanceof SecurityError);
      if (!(error instanceof APIConnectionError || error instanceof APIError)) throw error;
      return kept;
    }
  }

  /** @param right whether there is a new key, accepted or refused; then the next doubt may follow at once */
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

  /** Aborts a fetch that no caller waits for; the next caller starts a new one. */
  #cancelFetch(fetch: KeyFetch<K>): void {
    if (this.#fetch !== fetch) return;
    this.#fetch = undefined;
    fetch.controller.abort();
  }
}

function keyTimedOut(timeout: number): APIConnectionTimeoutError {
  const message = `no key of the router within ${String(timeout)} ms: raise timeout, or find out what delays it`;
  return new APIConnectionTimeoutError(message, { possiblyExecuted: false });
}
