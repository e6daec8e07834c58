import { platform } from '#storage';
import {
  abortable,
  currentMoment,
  DisposedError,
  InvalidArgumentError,
  type AbortSignalLike,
} from '@nomyo/base';
import { RsaPrivateKey } from '@nomyo/crypto';
import { tell, type KeyStoreEvent, type KeyStoreListener } from './events.js';
import { KeyPair, type KeyLease } from './key-pair.js';
import { resolveOptions, type KeyStoreOptions } from './options.js';
import { Rotator } from './rotator.js';
import type { KeyStorage, StoredPair } from './storage.js';

/**
 * The key pair of a client: loaded or made on the first use, replaced by age or by number of requests, and wiped in
 * the end. A request keeps the pair it was sent with until its answer is open.
 */
export class KeyStore {
  readonly #storage: KeyStorage;
  readonly #rotator: Rotator;
  readonly #listener: KeyStoreListener | undefined;
  readonly #end = new AbortController();
  #current: KeyPair | undefined;
  #opening: Promise<void> | undefined;

  /**
   * Checks the options; touches no disk and makes no key.
   *
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   */
  constructor(options: KeyStoreOptions = {}) {
    const { place, policy, onEvent, ...storageOptions } = resolveOptions(options, platform.locate);
    this.#listener = onEvent;
    this.#storage = place.createStorage(storageOptions);
    this.#rotator = new Rotator({
      policy,
      pair: () => this.#current,
      replace: (background) => this.#replace(background),
      prepare: () => this.#storage.prepare(),
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
    this.#check();
    if (this.#opening === undefined) {
      if (this.#current !== undefined) return;
      this.#opening = this.#open().finally(() => {
        this.#opening = undefined;
      });
    }
    await this.#opening;
  }

  /**
   * The current pair, for one request. Whoever acquires it releases it in the end.
   *
   * @param signal ends the wait
   * @throws the signal's reason, and what {@link ready} throws
   */
  async acquire(signal?: AbortSignalLike): Promise<KeyLease> {
    signal?.throwIfAborted();
    for (;;) {
      // Most calls find a pair and need not wait: a promise with a signal costs more than the lease.
      if (this.#current === undefined || this.#opening !== undefined) await abortable(this.ready(), signal);
      this.#check();
      const replacement = this.#rotator.poll();
      if (replacement === undefined) return this.#pair().lease();
      await abortable(replacement, signal);
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
   * Uses this key from now on; requests under way keep theirs. It counts as made now, and is replaced like any other:
   * set `rotationInterval: 0` to keep it.
   *
   * @param privateKey the store's from now on: it disposes of it after its last request
   * @throws {InvalidArgumentError} when it is no {@link RsaPrivateKey}
   * @throws {DisposedError} after {@link dispose}
   */
  useKey(privateKey: RsaPrivateKey): void {
    this.#check();
    const key: unknown = privateKey;
    if (!(key instanceof RsaPrivateKey)) {
      throw new InvalidArgumentError('privateKey', 'must be an RsaPrivateKey');
    }
    this.#install({ keys: key, createdAt: Date.now(), path: undefined, origin: 'found' });
  }

  /**
   * The end: timers are stopped, passwords and prepared pairs wiped, the pair is disposed of once its last request
   * has ended, and later calls are refused. Idempotent.
   */
  dispose(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(new DisposedError('KeyStore'));
    this.#rotator.stop();
    this.#storage.dispose();
    this.#current?.retire();
    this.#current = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { fingerprint: string | undefined } {
    return { fingerprint: this.#current?.fingerprint };
  }

  async #open(): Promise<void> {
    const stored = await this.#loadOrMake();
    if (stored === undefined) return;
    this.#install(stored);
    // A failure was told, and the pair that is there serves.
    await this.#rotator.rotateWhenDue().catch(() => undefined);
  }

  /** `undefined` when the caller was faster, with a key of his own. */
  async #loadOrMake(): Promise<StoredPair | undefined> {
    let stored: StoredPair;
    try {
      stored = await this.#storage.open({ signal: this.#end.signal, background: false });
    } catch (error) {
      if (this.#current !== undefined) return undefined;
      throw error;
    }
    if (this.#current === undefined && !this.#end.signal.aborted) return stored;
    stored.keys.dispose();
    this.#check();
    return undefined;
  }

  async #replace(background: boolean): Promise<void> {
    const signal = this.#end.signal;
    const pair = this.#pair();
    const stored = await this.#storage.replace(pair.fingerprint, { signal, background });
    if (this.#current !== pair) {
      stored.keys.dispose();
      this.#check();
      return;
    }
    this.#install(stored);
  }

  #install(stored: StoredPair): void {
    const previous = this.#current;
    const current = new KeyPair(stored, currentMoment());
    this.#current = current;
    previous?.retire();
    this.#rotator.installed();
    this.#tell(eventOf(stored, previous?.fingerprint));
  }

  #pair(): KeyPair {
    this.#check();
    if (this.#current === undefined) throw new DisposedError('KeyStore');
    return this.#current;
  }

  #check(): void {
    if (this.#end.signal.aborted) throw new DisposedError('KeyStore');
  }

  #tell(event: KeyStoreEvent): void {
    tell(this.#listener, event);
  }
}

function eventOf({ keys, path, origin }: StoredPair, previous: string | undefined): KeyStoreEvent {
  const fingerprint = keys.publicKey.fingerprint;
  if (previous !== undefined) {
    return { type: 'key-rotated', previous, current: fingerprint, adopted: origin === 'found', path };
  }
  return { type: origin === 'found' ? 'key-loaded' : 'key-generated', fingerprint, path };
}
