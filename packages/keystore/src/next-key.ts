import { generatePkcs8, type KeySize, type SecureByteContext } from '@nomyo/crypto';
import { DisposedError } from '@nomyo/crypto/errors';

/** Makes a private key as PKCS#8. */
export type MakeKey = () => Promise<SecureByteContext>;

/** What can be made ahead of need, and wiped when nobody needs it. */
interface Wipeable {
  dispose(): void;
}

/** Makes RSA keys of one size, off the main thread. */
export function keyMaker(keySize: KeySize): MakeKey {
  return () => generatePkcs8(keySize);
}

/** The private key of the next pair, made ahead of need and held (PKCS#8: in protected memory) until it is taken. */
export class NextKey<K extends Wipeable = SecureByteContext> {
  readonly #make: () => Promise<K>;
  #prepared: Promise<K> | undefined;
  #disposed = false;

  constructor(make: () => Promise<K>) {
    this.#make = make;
  }

  /** Makes the key unless it is there, or on its way. */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#start();
    await this.#prepared;
  }

  /** The prepared key, or a new one; it is the caller's now. */
  async take(): Promise<K> {
    const prepared = this.#prepared ?? this.#start();
    this.#prepared = undefined;
    return prepared;
  }

  /** Wipes what was prepared. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    this.#prepared?.then(
      (key) => key.dispose(),
      () => undefined,
    );
    this.#prepared = undefined;
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError('KeyStore');
  }

  #start(): Promise<K> {
    const key = this.#makeUnlessDisposed();
    key.catch(() => {
      if (this.#prepared === key) this.#prepared = undefined;
    });
    return key;
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
