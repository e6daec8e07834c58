/** RSA by WebCrypto, with as many imports of the private key as there are threads to use them. */
import { createPrivateKey, webcrypto } from 'node:crypto';

const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;

const { subtle } = webcrypto;

/** Threads of libuv's pool in this process. */
export function poolThreads(): number {
  return Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
}

/** One RSA block to its content. */
export type Unwrap = (block: Uint8Array) => Promise<ArrayBuffer>;

/**
 * A private key that unwraps on several threads, one operation at a time on each copy.
 *
 * @param pem PKCS#8
 */
export async function importPrivateKey(pem: Buffer, copies: number): Promise<Unwrap> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const importOne = (): Promise<webcrypto.CryptoKey> =>
    subtle.importKey('pkcs8', der, OAEP, false, ['decrypt']);
  const keys = await Promise.all(Array.from({ length: copies }, importOne));
  const queues = keys.map((key) => {
    let last: Promise<unknown> = Promise.resolve();
    return (block: Uint8Array): Promise<ArrayBuffer> => {
      const unwrapped = last.then(() => subtle.decrypt(OAEP, key, block));
      last = unwrapped.catch(() => undefined);
      return unwrapped;
    };
  });
  let turn = 0;
  return (block) => {
    const unwrap = queues[turn % copies];
    if (unwrap === undefined) throw new RangeError('there are no copies of the key');
    turn += 1;
    return unwrap(block);
  };
}

/** The router's key, imported once. */
export async function importPublicKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return subtle.importKey('spki', der, OAEP, false, ['encrypt']);
}

export function wrapKey(key: webcrypto.CryptoKey, aesKey: Uint8Array): Promise<ArrayBuffer> {
  return subtle.encrypt(OAEP, key, aesKey);
}
