/** An envelope of protocol version 1, written by hand: any part of it can be wrong. */

/** The bytes in it. */
export interface EnvelopeBytes {
  readonly ciphertext: Uint8Array;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

export function writeEnvelope({ ciphertext, nonce, tag, wrappedKey }: EnvelopeBytes): Buffer {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return Buffer.from(
    JSON.stringify({
      version: '1.0',
      algorithm: 'hybrid-aes256-rsa4096',
      encrypted_payload: { ciphertext: base64(ciphertext), nonce: base64(nonce), tag: base64(tag) },
      encrypted_aes_key: base64(wrappedKey),
      key_algorithm: 'RSA-OAEP-SHA256',
      payload_algorithm: 'AES-256-GCM',
    }),
    'utf8',
  );
}
