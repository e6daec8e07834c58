/** The primitives on Node: node:crypto, synchronous. */
import { createCipheriv, createDecipheriv, createHash, createHmac, sign, verify } from 'node:crypto';
import { concatBytes, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { SIZES } from '../facts.js';
import { hpkeDecapsulate, hpkeEncapsulate } from './hpke-kem.js';
import { mlKem } from './ml-kem.node.js';
import type { FrameCipher, Platform } from './platform.js';
import { privateEd25519, privateX25519, publicEd25519, rawPublic } from './raw-keys.node.js';
import { decapsulateXWing, encapsulateXWing, xWingPublicKey } from './x-wing.node.js';

const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: SIZES.tag } as const;

function frameCipher(key: Bytes, memory: SecureByteContextOptions = {}): FrameCipher {
  const kept = new SecureByteContext(key, memory);
  return {
    seal: (nonce, associated, plaintext) => kept.borrow((bytes) => seal(bytes, nonce, associated, plaintext)),
    open: (nonce, associated, ciphertext) =>
      kept.borrow((bytes) => open(bytes, nonce, associated, ciphertext)),
    dispose: () => {
      kept.dispose();
    },
  };
}

function seal(key: Bytes, nonce: Bytes, associated: Uint8Array, plaintext: Uint8Array): Bytes {
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS).setAAD(associated);
  return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

function open(key: Bytes, nonce: Bytes, associated: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  const end = sealed.byteLength - SIZES.tag;
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS)
    .setAAD(associated)
    .setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return concatBytes(plaintext);
  } catch {
    return undefined;
  } finally {
    plaintext.fill(0);
  }
}

/** node:crypto. */
export const platform: Platform = {
  frameCipher,
  sha256: (data) => concatBytes(createHash('sha256').update(data).digest()),
  hmacSha256: (key, data) => concatBytes(createHmac('sha256', key).update(data).digest()),
  verify: (publicKey, message, signature) => verify(null, message, publicEd25519(publicKey), signature),
  sign: (seed, message) => concatBytes(sign(null, message, privateEd25519(seed))),
  signingPublicKey: (seed) => rawPublic(privateEd25519(seed)),
  mlKem: () => mlKem().name,
  encapsulate: (suite, publicKey) =>
    suite === 1 ? encapsulateXWing(publicKey) : hpkeEncapsulate(suite, publicKey),
  decapsulate: (suite, pair, enc) =>
    suite === 1 ? decapsulateXWing(pair, enc) : hpkeDecapsulate(suite, pair, enc),
  kemPublicKey: (suite, key) => (suite === 1 ? xWingPublicKey(key) : rawPublic(privateX25519(key))),
};
