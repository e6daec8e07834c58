/** RSA through WebCrypto: several imports of one key, because the library lets operations on one take turns. */
import { Semaphore, wipe, type AbortSignalLike, type Bytes } from '@nomyo/base';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import { checkConsistency, checkSizes } from './consistency.js';
import * as oaep from './oaep.js';
import { readPkcs8 } from './pkcs8.js';
import type { RsaEngine, Unwrapper } from './unwrapper.js';

/** @param copies how many operations the runtime can do at once */
export function webCryptoRsa(copies: () => number): RsaEngine {
  return {
    async importUnwrapper(pkcs8) {
      checkSizes(readPkcs8(pkcs8));
      const der = SecureByteContext.allocate(pkcs8.byteLength);
      try {
        der.borrow((bytes) => bytes.set(pkcs8));
        return new CopiedKey(await der.borrow(oaep.importPkcs8), der, copies() - 1);
      } catch (error) {
        der.dispose();
        throw error;
      }
    },
    async generate(modulusBits) {
      const der = await oaep.generate(modulusBits);
      return { der, release: () => wipe(der) };
    },
  };
}

/**
 * A key that is imported once to be proven, and again when it is first used: an import takes the main thread, which
 * has nothing to do while that first operation is in the thread pool.
 */
class CopiedKey implements Unwrapper {
  #copies: Semaphore<CryptoKey> | undefined;
  /** What further copies are made of, until they are. */
  readonly #der: SecureByteContext;
  readonly #missing: number;
  #state: 'unchecked' | 'checked' | 'complete' = 'unchecked';

  constructor(first: CryptoKey, der: SecureByteContext, missing: number) {
    this.#copies = new Semaphore([first]);
    this.#der = der;
    this.#missing = missing;
  }

  async unwrap(block: Bytes, signal?: AbortSignalLike): Promise<Bytes> {
    if (this.#copies === undefined) throw new TypeError('the key was disposed of');
    const unwrapped = this.#copies.run((key) => oaep.decrypt(key, block), signal);
    if (this.#state === 'checked') this.#complete();
    return unwrapped;
  }

  check(): void {
    this.#der.borrow((der) => checkConsistency(readPkcs8(der)));
    this.#state = 'checked';
    if (this.#missing === 0) this.#complete();
  }

  dispose(): void {
    this.#copies = undefined;
    this.#der.dispose();
  }

  /** A copy that is refused is no loss but of speed: the first one does the work. */
  #complete(): void {
    this.#state = 'complete';
    void this.#der.use((der) =>
      Promise.allSettled(
        Array.from({ length: this.#missing }, async () => this.#copies?.add(await oaep.importPkcs8(der))),
      ),
    );
  }
}
