import { generatePkcs8, type KeySize, type SecureByteContext } from '@nomyo/crypto';
import { DisposedError } from '@nomyo/base';
import type { MemoryOptions } from '../storage/place.js';

/** Makes a private key as PKCS#8. */
export type MakeKey = () => Promise<SecureByteContext>;

/** Something that can be made in advance, and wiped when it is not needed. */
export interface Wipeable {
  dispose(): void;
}

/** Makes RSA keys of one size, off the main thread. */
export function keyMaker(keySize: KeySize, memory: MemoryOptions): MakeKey {
  return () => generatePkcs8(keySize, memory);
}

/**
 * The private keys of the next pairs, made in advance and held until they are taken (PKCS#8 in protected memory). They
 * are made one at a time, because each keeps a core busy for about a second.
 */
export class NextKeys<K extends Wipeable = SecureByteContext> {
  readonly #make: () => Promise<K>;
  readonly #size: number;
  /** Oldest first; the last one may still be in the making. */
  #pool: readonly Promise<K>[] = [];
  #filling: Promise<void> | undefined;
  #disposed = false;

  /** @param size number of keys held ready */
  constructor(make: () => Promise<K>, size = 1) {
    this.#make = make;
    this.#size = size;
  }

  /** Fills the pool, unless it is full or already being filled. */
  async prepare(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /** Takes the oldest key of the pool, or makes one. The caller owns it. */
  async take(): Promise<K> {
    const [oldest = this.#makeUnlessDisposed(), ...rest] = this.#pool;
    this.#pool = rest;
    return oldest;
  }

  /** Wipes all prepared keys. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    for (const prepared of this.#pool) {
      prepared.then(
        (key) => key.dispose(),
        () => undefined,
      );
    }
    this.#pool = [];
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError('KeyStore');
  }

  async #fill(): Promise<void> {
    this.#check();
    while (this.#pool.length < this.#size) {
      const key = this.#makeUnlessDisposed();
      this.#pool = [...this.#pool, key];
      try {
        await key;
      } catch (error) {
        // A caller that has taken this promise in the meantime gets the failure too.
        this.#pool = this.#pool.filter((other) => other !== key);
        throw error;
      }
    }
  }

  async #makeUnlessDisposed(): Promise<K> {
    this.#check();
    const key = await this.#make();
    try {
      this.#check();
      return key;
    } catch (error) {
      key.dispose();
      throw error;
    }
  }
}
