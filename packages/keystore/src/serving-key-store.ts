import * as platform from '#storage';
import { abortable, currentMoment, DisposedError, type AbortSignalLike } from '@nomyo/base';
import { installedEvent } from './installed-event.js';
import { tell, type KeyStoreEvent, type KeyStoreListener } from './events.js';
import { KeyPair, type KeyLease } from './key-pair.js';
import { Homes } from './storage/homes.js';
import { resolveOptions, type KeyStoreOptionNames, type KeyStoreOptions } from './options.js';
import { Rotator } from './rotation/rotator.js';
import type { StoredPair } from './storage/storage.js';

/**
 * The key pair of a client: loaded or made on first use, replaced by age or number of requests, and wiped in the end. A
 * request keeps the pair it was sent with until its answer has been opened.
 */
export class ServingKeyStore {
  readonly #homes: Homes;
  readonly #rotator: Rotator;
  readonly #listener: KeyStoreListener | undefined;
  readonly #end = new AbortController();
  #current: KeyPair | undefined;
  #opening: Promise<void> | undefined;

  /**
   * Checks the options; touches no disk and makes no key.
   *
   * @param names names of these options in errors, if the caller's own users know them by others. Default: their names
   *   here
   * @throws {InvalidArgumentError} on an invalid value or an unknown option
   * @example
   * using store = new ServingKeyStore({ keyDir: 'client_keys', password });
   */
  constructor(options: KeyStoreOptions = {}, names: KeyStoreOptionNames = {}) {
    const resolved = resolveOptions(options, names);
    this.#listener = resolved.onEvent;
    this.#homes = new Homes(resolved);
    this.#rotator = new Rotator({
      replace: (background) => this.#replace(background),
      prepare: () => this.#homes.unlessMoved(({ storage }) => storage.prepare()),
      schedule: platform.schedule,
      tell: (event) => this.#tell(event),
    });
  }

  /**
   * Makes sure that there is a pair: loads it, or makes and stores one. Concurrent callers share one attempt; after a
   * failure the next call tries again. A pair that is too old is replaced first.
   *
   * @throws {KeyStoreError} when there is a key file that cannot be used, or a new one cannot be written
   * @throws {DisposedError} after {@link dispose}
   */
  async ready(): Promise<void> {
    this.check();
    if (this.#opening !== undefined) await this.#opening;
    else if (this.#current === undefined) await this.opening(() => this.#open());
  }

  /**
   * Acquires the current pair for one request. The caller releases it in the end.
   *
   * @param signal ends the wait for the pair, and later waits of its keys
   * @throws the signal's reason, or as {@link ready} does
   * @example
   * using lease = await store.acquire(signal);
   * const { plaintext } = await openEnvelope(envelope, lease.keys);
   */
  async acquire(signal?: AbortSignalLike): Promise<KeyLease> {
    signal?.throwIfAborted();
    for (;;) {
      // Most calls find a pair and need not wait; a promise with a signal would cost more than the lease.
      if (this.#current === undefined || this.#opening !== undefined) await abortable(this.ready(), signal);
      const replacement = this.#rotator.admit();
      if (replacement !== undefined) await abortable(replacement, signal);
      else if (this.#current !== undefined) return this.#current.lease(signal);
    }
  }

  /**
   * Replaces the pair now: by one that another process has made since, or else by a new one. Requests under way keep
   * theirs.
   *
   * @throws {KeyStoreError} when the new pair cannot be stored; the old one stays in use
   * @throws {DisposedError} after {@link dispose}
   */
  async rotate(): Promise<void> {
    await this.ready();
    await this.#rotator.rotate(false);
  }

  /**
   * Ends the store: stops timers, wipes passwords and prepared pairs, and disposes of the pair once its last request
   * has ended. Later calls throw. Idempotent.
   */
  dispose(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(new DisposedError('KeyStore'));
    this.#rotator.stop();
    this.#homes.dispose();
    this.#current?.retire();
    this.#current = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { fingerprint: string | undefined } {
    return { fingerprint: this.#current?.fingerprint };
  }

  /** For subclasses that move the store. A getter, so that printing a store does not show it. */
  protected get homes(): Homes {
    return this.#homes;
  }

  /** Aborted by {@link dispose}. */
  protected get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Replaces the pair if it is due. On failure the pair stays in use; the failure is reported as an event. */
  protected async rotateWhenDue(): Promise<void> {
    await this.#rotator.rotateWhenDue().catch(() => undefined);
  }

  /**
   * Runs `open`; calls that acquire a pair in the meantime wait for it.
   *
   * @param open receives the opening that is already under way, if there is one
   */
  protected opening(open: (before: Promise<void> | undefined) => Promise<void>): Promise<void> {
    const opening = open(this.#opening).finally(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    this.#opening = opening;
    return opening;
  }

  async #open(): Promise<void> {
    const stored = await this.#loadOrMake();
    if (stored === undefined) return;
    this.install(stored);
    await this.rotateWhenDue();
  }

  /** Loads or makes a pair; `undefined` when the caller has given a key in the meantime. */
  async #loadOrMake(): Promise<StoredPair | undefined> {
    let stored: StoredPair;
    try {
      stored = await this.#homes.current.storage.open({ signal: this.#end.signal, background: false });
    } catch (error) {
      if (this.#current !== undefined) return undefined;
      throw error;
    }
    if (this.#current === undefined && !this.#end.signal.aborted) return stored;
    stored.keys.dispose();
    this.check();
    return undefined;
  }

  async #replace(background: boolean): Promise<void> {
    const signal = this.#end.signal;
    const pair = this.#current;
    if (pair === undefined) throw new DisposedError('KeyStore');
    const stored = await this.#homes.unlessMoved(({ storage }) =>
      storage.replace(pair.fingerprint, { signal, background }),
    );
    if (stored === undefined) return;
    if (this.#current !== pair) {
      stored.keys.dispose();
      this.check();
      return;
    }
    this.install(stored);
  }

  /** Puts a pair in place. */
  protected install(stored: StoredPair): void {
    const previous = this.#current;
    const current = new KeyPair(stored, currentMoment());
    this.#current = current;
    previous?.retire();
    this.#rotator.installed(current, this.#homes.current.policy);
    this.#tell(installedEvent(stored, previous?.fingerprint));
  }

  /** @throws {DisposedError} after {@link dispose} */
  protected check(): void {
    if (this.#end.signal.aborted) throw new DisposedError('KeyStore');
  }

  #tell(event: KeyStoreEvent): void {
    tell(this.#listener, event);
  }
}
