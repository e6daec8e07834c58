import { generatePkcs8, RsaPrivateKey, SecureByteContext } from '@nomyo/crypto';

/** PKCS#8 of a new key, with the copies that a test needs. */
export async function newPkcs8(): Promise<Uint8Array> {
  const pkcs8 = await generatePkcs8(2048);
  return pkcs8.use((bytes) => Uint8Array.from(bytes));
}

/** A new key that works. */
export async function newKey(): Promise<RsaPrivateKey> {
  return RsaPrivateKey.fromPkcs8(await newPkcs8());
}

/** Gives a fresh copy of one key at each call. */
export function copies(pkcs8: Uint8Array): () => Promise<SecureByteContext> {
  return () => Promise.resolve(new SecureByteContext(Uint8Array.from(pkcs8)));
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}
