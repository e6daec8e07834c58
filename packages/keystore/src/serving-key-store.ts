import * as platform from '#storage';
import { abortable, currentMoment, DisposedError, type AbortSignalLike } from '@nomyo/base';
import { installedEvent } from './installed-event.js';
import { tell, type KeyStoreEvent, type KeyStoreListener } from './events.js';
import { KeyPair, type KeyLease } from './key-pair.js';
import { Homes } from './homes.js';
import { resolveOptions, type KeyStoreOptionNames, type KeyStoreOptions } from './options.js';
import { Rotator } from './rotator.js';
import type { StoredPair } from './storage.js';

/**
 * The key pair of a client: loaded or made on the first use, replaced by age or by number of requests, and wiped in
 * the end. A request keeps the pair it was sent with until its answer is open.
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
   * @param names what the caller's own users call these options, for errors. Default: as they are called here
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
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
   * Makes sure that there is a pair: loaded, or made and stored. Many callers share one attempt; after a failure the
   * next call tries again. A pair that is over its age is replaced first.
   *
   * @throws {KeyStoreError} when a key file is there that cannot be used, or no new one can be written
   * @throws {DisposedError} after {@link dispose}
   */
  async ready(): Promise<void> {
    this.check();
    if (this.#opening !== undefined) await this.#opening;
    else if (this.#current === undefined) await this.opening(() => this.#open());
  }

  /**
   * The current pair, for one request. The caller releases it in the end.
   *
   * @param signal ends the wait, and those of the keys
   * @throws the signal's reason, and what {@link ready} throws
   */
  async acquire(signal?: AbortSignalLike): Promise<KeyLease> {
    signal?.throwIfAborted();
    for (;;) {
      // Most calls find a pair and need not wait: a promise with a signal costs more than the lease.
      if (this.#current === undefined || this.#opening !== undefined) await abortable(this.ready(), signal);
      const replacement = this.#rotator.admit();
      if (replacement !== undefined) await abortable(replacement, signal);
      else if (this.#current !== undefined) return this.#current.lease(signal);
    }
  }

  /**
   * Replaces the pair now: by one that another process made since, or else by a new one. Requests under way keep
   * theirs.
   *
   * @throws {KeyStoreError} when the new pair cannot be stored; the old one goes on serving
   * @throws {DisposedError} after {@link dispose}
   */
  async rotate(): Promise<void> {
    await this.ready();
    await this.#rotator.rotate(false);
  }

  /**
   * The end: timers are stopped, passwords and prepared pairs wiped, the pair is disposed of once its last request
   * has ended, and later calls are refused. Idempotent.
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

  /** For those who move it: a getter, so that a printed store does not show them. */
  protected get homes(): Homes {
    return this.#homes;
  }

  /** Aborted by the end. */
  protected get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** A failure is told, and the pair that is there serves. */
  protected async rotateWhenDue(): Promise<void> {
    await this.#rotator.rotateWhenDue().catch(() => undefined);
  }

  /**
   * Runs `open`, for whose pair calls wait that acquire one meanwhile.
   *
   * @param open gets what they have waited for so far
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

  /** `undefined` when the caller was faster, with a key of his own. */
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
