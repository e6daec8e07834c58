/**
 * What nomyo-js 0.1 wrote for a key with a password: salt, initialization vector and AES-256-CBC of the PKCS#8, one
 * after the other, under the label `PRIVATE KEY`. It is read, and never written.
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

/** Shortest PKCS#8 of an RSA key of 2048 bits, in bytes, and a little less. */
const MIN_KEY_BYTES = 1024;

/** Whether the length fits: the format has no other mark. */
export function isLegacyShape(content: Uint8Array): boolean {
  const sealed = content.byteLength - HEADER_BYTES;
  return sealed >= MIN_KEY_BYTES && sealed % LEGACY.blockBytes === 0;
}

/** The three parts, as views. */
export function splitLegacy(content: Uint8Array): Record<'salt' | 'iv' | 'ciphertext', Uint8Array> {
  return {
    salt: content.subarray(0, LEGACY.saltBytes),
    iv: content.subarray(LEGACY.saltBytes, HEADER_BYTES),
    ciphertext: content.subarray(HEADER_BYTES),
  };
}
