/** The private keys of the gateway: created in memory, published, and destroyed (SPEC §4.4). They are never written to disk. */
import type { Peers } from '../fleet/registry.js';
import type { KemKey, Protocol, PublishedKey, Signer, SuiteId } from '../protocol/port.js';
import { collectGarbage } from './collect-garbage.js';
import { destroyedAt, documentEnd, nextLife, secondsToNextStep } from './plan.js';

/** The settings of a key store. */
export interface KeyStoreOptions {
  readonly protocol: Protocol;
  readonly signer: Signer;
  /** One key is made for each suite at a time. */
  readonly suites: readonly SuiteId[];
  readonly peers: Peers;
  /** Largest body of a request, in bytes. */
  readonly maxRequest: number;
  /** Unix seconds, not whole. */
  readonly now: () => number;
  /** Called when a key could not be made; the store tries again. */
  readonly onTrouble: (message: string) => void;
}

/** SPEC §2: a document of 262 144 bytes holds some 200 keys, and the count is one byte. */
const MAX_ENTRIES = 200;

/** Longest time between two looks at the clock, so that a machine that slept destroys expired keys; in seconds. */
const MAX_SLEEP_SECONDS = 15;

/** A document cached for one second and one list of other routers' keys. */
interface SignedDocument {
  readonly bytes: Promise<Uint8Array>;
  readonly issuedAt: number;
  readonly peers: Peers['keys'];
}

/** Holds the keys of this hour, the next ones, and those that are on their way out. */
export class KeyStore {
  readonly #options: KeyStoreOptions;
  #keys: readonly KemKey[] = [];
  #timer: NodeJS.Timeout | undefined;
  #document: SignedDocument | undefined;
  #isClosed = false;

  private constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  static async start(options: KeyStoreOptions): Promise<KeyStore> {
    const store = new KeyStore(options);
    await store.#step();
    store.#sleep();
    return store;
  }

  get keys(): readonly KemKey[] {
    return this.#keys;
  }

  /** The key with this id. An expired key is destroyed at once, without waiting for the timer. */
  find(id: string): KemKey | undefined {
    this.#destroyOld();
    return this.#keys.find((key) => key.keyId === id);
  }

  /** Reports whether there is a document to publish: after the delegation has expired, no client accepts one. */
  get canPublish(): boolean {
    const { signer, now } = this.#options;
    return this.#keys.length > 0 && now() < signer.notAfter;
  }

  /** The current document, with the keys of other routers; signed at most once a second. */
  document(): Promise<Uint8Array> {
    const { peers } = this.#options;
    const issuedAt = Math.max(Math.floor(this.#options.now()), peers.issuedAt);
    if (this.#document?.issuedAt === issuedAt && this.#document.peers === peers.keys) {
      return this.#document.bytes;
    }
    const bytes = this.#sign(issuedAt, [...this.#keys, ...peers.keys]);
    this.#document = { bytes, issuedAt, peers: peers.keys };
    return bytes;
  }

  /** With only this router's keys, for the other routers. */
  ownDocument(): Promise<Uint8Array> {
    return this.#sign(Math.floor(this.#options.now()), this.#keys);
  }

  #sign(issuedAt: number, all: readonly PublishedKey[]): Promise<Uint8Array> {
    const { signer, maxRequest } = this.#options;
    const keys = all.filter(({ activeUntil }) => activeUntil > issuedAt).slice(0, MAX_ENTRIES);
    const expiresAt = documentEnd(keys, issuedAt, signer.notAfter);
    return signer.sign({ issuedAt, expiresAt, maxRequest, keys });
  }

  /** Destroys every key and makes new ones; requests sealed to the old keys can never be opened. */
  async renew(): Promise<void> {
    this.#destroyAll();
    setImmediate(collectGarbage);
    await this.#step();
  }

  /** Destroys every key. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#destroyAll();
  }

  async #step(): Promise<void> {
    this.#destroyOld();
    const { protocol, suites, now } = this.#options;
    for (const suite of suites) {
      const lives = this.#keys.filter((key) => key.suite === suite);
      const life = nextLife(lives, Math.floor(now()));
      if (life === undefined) continue;
      const key = await protocol.makeKey({ suite, ...life });
      if (this.#isClosed) key.dispose();
      else this.#keys = [...this.#keys, key];
      this.#document = undefined;
    }
  }

  #sleep(): void {
    const seconds = Math.min(MAX_SLEEP_SECONDS, secondsToNextStep(this.#keys, this.#options.now()));
    this.#timer = setTimeout(() => void this.#wake(), Math.ceil(seconds * 1_000));
    this.#timer.unref();
  }

  async #wake(): Promise<void> {
    try {
      await this.#step();
    } catch {
      this.#options.onTrouble('a new key could not be made');
    }
    if (!this.#isClosed) this.#sleep();
  }

  #destroyOld(): void {
    const now = this.#options.now();
    const over = this.#keys.filter((key) => destroyedAt(key) <= now);
    if (over.length === 0) return;
    for (const key of over) key.dispose();
    this.#keys = this.#keys.filter((key) => !over.includes(key));
    this.#document = undefined;
    setImmediate(collectGarbage);
  }

  #destroyAll(): void {
    for (const key of this.#keys) key.dispose();
    this.#keys = [];
    this.#document = undefined;
  }
}
