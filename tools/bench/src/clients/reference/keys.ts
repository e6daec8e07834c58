/** RSA by WebCrypto, with as many imports of the private key as there are threads to use them. */
import { createPrivateKey, webcrypto } from 'node:crypto';

const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;

const { subtle } = webcrypto;

/** Threads of libuv's pool when UV_THREADPOOL_SIZE says nothing. */
const DEFAULT_POOL_THREADS = 4;

/** Threads of the pool in this process. */
export function poolThreads(): number {
  return Number(process.env['UV_THREADPOOL_SIZE'] ?? DEFAULT_POOL_THREADS);
}

/** A private key that unwraps on several threads, one operation at a time on each copy. */
export class Unwrapper {
  readonly #copies: { readonly key: webcrypto.CryptoKey; last: Promise<unknown> }[];
  #next = 0;

  private constructor(keys: readonly webcrypto.CryptoKey[]) {
    this.#copies = keys.map((key) => ({ key, last: Promise.resolve() }));
  }

  /** @param pem PKCS#8 */
  static async fromPem(pem: Buffer, copies: number): Promise<Unwrapper> {
    const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
    const imports = Array.from({ length: copies }, () =>
      subtle.importKey('pkcs8', der, OAEP, false, ['decrypt']),
    );
    return new Unwrapper(await Promise.all(imports));
  }

  unwrap(block: Uint8Array): Promise<ArrayBuffer> {
    const copy = this.#copies[this.#next];
    if (copy === undefined) throw new RangeError('there are no copies of the key');
    this.#next = (this.#next + 1) % this.#copies.length;
    const unwrapped = copy.last.then(() => subtle.decrypt(OAEP, copy.key, block));
    copy.last = unwrapped.catch(() => undefined);
    return unwrapped;
  }
}

/** The router's key, imported once. */
export async function importPublicKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return subtle.importKey('spki', der, OAEP, false, ['encrypt']);
}

/** One RSA block. */
export function wrapKey(key: webcrypto.CryptoKey, aesKey: Uint8Array): Promise<ArrayBuffer> {
  return subtle.encrypt(OAEP, key, aesKey);
}
