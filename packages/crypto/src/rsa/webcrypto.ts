/**
 * RSA through WebCrypto. A key is imported several times, because the library runs operations on one import in turn.
 */
import { Semaphore, type AbortSignalLike, type Bytes } from '@nomyo/base';
import type { MemoryOptions } from '../memory/backend.js';
import { refuseOrdinaryMemory } from '../memory/ordinary.js';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import type { PrivateKeys, Unwrapper } from '../runtime/runtime.js';
import * as oaep from './oaep.js';

/** As errors name it: memory that WebCrypto itself takes cannot be locked. */
const IN_LIBRARY = 'a private key of WebCrypto';

/** @param copies gives the number of operations that the runtime can run at once */
export function webCryptoPrivateKeys(copies: () => number): PrivateKeys {
  return {
    async importPrivateKey(pkcs8, memory) {
      refuseOrdinaryMemory(memory, IN_LIBRARY);
      const der = SecureByteContext.allocate(pkcs8.byteLength, memory);
      try {
        der.borrow((bytes) => bytes.set(pkcs8));
        return new CopiedKey(await der.borrow(oaep.importPkcs8), der, copies() - 1);
      } catch (error) {
        der.dispose();
        throw error;
      }
    },
    async generatePkcs8(modulusBits, memory) {
      refuseOrdinaryMemory(memory, IN_LIBRARY);
      return new SecureByteContext(await oaep.generate(modulusBits), memory);
    },
  };
}

/**
 * A key that is imported once for its self-test, and again several times at its first use after that. An import runs on
 * the main thread, which is idle while that first operation is in the thread pool.
 */
class CopiedKey implements Unwrapper {
  readonly locked = false;
  #copies: Semaphore<CryptoKey> | undefined;
  /** The source of further copies, wiped once they are made. */
  readonly #der: SecureByteContext;
  readonly #missing: number;
  #state: 'imported' | 'tested' | 'complete' = 'imported';

  constructor(first: CryptoKey, der: SecureByteContext, missing: number) {
    this.#copies = new Semaphore([first]);
    this.#der = der;
    this.#missing = missing;
    if (missing === 0) this.#complete();
  }

  async unwrap(block: Bytes, memory: MemoryOptions, signal?: AbortSignalLike): Promise<SecureByteContext> {
    refuseOrdinaryMemory(memory, IN_LIBRARY);
    if (this.#copies === undefined) throw new TypeError('the key was disposed of');
    const unwrapping = this.#copies.run((key) => crypto.subtle.decrypt(oaep.OAEP, key, block), signal);
    if (this.#state === 'tested') this.#complete();
    else if (this.#state === 'imported') this.#state = 'tested';
    return new SecureByteContext(await unwrapping, memory);
  }

  dispose(): void {
    this.#copies = undefined;
    this.#der.dispose();
  }

  /** Makes the remaining copies. If one fails, that only costs speed: the first copy does the work. */
  #complete(): void {
    this.#state = 'complete';
    void this.#der.use((der) =>
      Promise.allSettled(
        Array.from({ length: this.#missing }, async () => this.#copies?.add(await oaep.importPkcs8(der))),
      ),
    );
  }
}
