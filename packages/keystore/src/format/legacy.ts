/**
 * The format of nomyo-js 0.1 for a key with a password: salt, initialization vector and AES-256-CBC of the PKCS#8, one
 * after the other, under the label `PRIVATE KEY`. It is read, but never written.
 */
export const LEGACY = {
  saltBytes: 16,
  ivBytes: 16,
  blockBytes: 16,
  rounds: 100_000,
  digest: 'sha256',
  keyBytes: 32,
} as const;

const HEADER_BYTES = LEGACY.saltBytes + LEGACY.ivBytes;

/** Slightly less than the shortest PKCS#8 of a 2048-bit RSA key, in bytes. */
const MIN_KEY_BYTES = 1024;

/** Reports whether the length fits; the format has no other mark. */
export function isLegacyShape(content: Uint8Array): boolean {
  const sealed = content.byteLength - HEADER_BYTES;
  return sealed >= MIN_KEY_BYTES && sealed % LEGACY.blockBytes === 0;
}

/** Splits the content into its three parts, as views. */
export function splitLegacy(content: Uint8Array): Record<'salt' | 'iv' | 'ciphertext', Uint8Array> {
  return {
    salt: content.subarray(0, LEGACY.saltBytes),
    iv: content.subarray(LEGACY.saltBytes, HEADER_BYTES),
    ciphertext: content.subarray(HEADER_BYTES),
  };
}
