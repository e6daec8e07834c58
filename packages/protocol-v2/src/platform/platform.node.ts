/** The primitives on Node: node:crypto, synchronous. */
import { createCipheriv, hash, sign, verify } from 'node:crypto';
import { concatBytes, SecurityError, type Bytes } from '@nomyo/base';
import { openAesGcm, SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { SIZES } from '../facts.js';
import { hmacSha256 } from './hmac.node.js';
import { borrowingDecapsulator, hpkeDecapsulate, hpkeEncapsulate } from './hpke-kem.js';
import { mlKem } from './ml-kem.node.js';
import type { FrameCipher, Platform } from './platform.js';
import { privateEd25519, privateX25519, publicEd25519, rawPublic } from './raw-keys.node.js';
import { encapsulateXWing, xWingDecapsulator, xWingPublicKey } from './x-wing.node.js';

const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: SIZES.tag } as const;

function frameCipher(key: Bytes, memory: SecureByteContextOptions = {}): FrameCipher {
  const kept = SecureByteContext.allocate(key.byteLength, memory);
  kept.borrow((bytes) => {
    bytes.set(key);
  });
  return {
    seal: (nonce, associated, plaintext, out) => {
      kept.borrow((bytes) => {
        seal(bytes, nonce, associated, plaintext, out);
      });
    },
    open: (nonce, associated, sealed) => open(kept, nonce, associated, sealed, memory),
    dispose: () => {
      kept.dispose();
    },
  };
}

function seal(key: Bytes, nonce: Bytes, associated: Uint8Array, plaintext: Uint8Array, out: Bytes): void {
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS).setAAD(associated);
  out.set(cipher.update(plaintext));
  // Counter mode holds nothing back: this ends the tag.
  cipher.final();
  out.set(cipher.getAuthTag(), plaintext.byteLength);
}

async function open(
  key: SecureByteContext,
  nonce: Bytes,
  aad: Uint8Array,
  sealed: Uint8Array,
  memory: SecureByteContextOptions,
): Promise<SecureByteContext | undefined> {
  const end = sealed.byteLength - SIZES.tag;
  const [ciphertext, tag] = [sealed.subarray(0, end), sealed.subarray(end)];
  try {
    return await openAesGcm({ nonce, aad, ciphertext, tag }, key, memory);
  } catch (error) {
    if (error instanceof SecurityError && error.code === 'DECRYPTION_FAILED') return undefined;
    throw error;
  }
}

/** node:crypto. */
export const platform: Platform = {
  frameCipher,
  sha256: (data) => hash('sha256', data, 'buffer'),
  hmacSha256,
  verify: (publicKey, message, signature) => verify(null, message, publicEd25519(publicKey), signature),
  sign: (seed, message) => concatBytes(sign(null, message, privateEd25519(seed))),
  signingPublicKey: (seed) => rawPublic(privateEd25519(seed)),
  mlKem: () => mlKem().name,
  encapsulate: (suite, publicKey) =>
    suite === 1 ? encapsulateXWing(publicKey) : hpkeEncapsulate(suite, publicKey),
  decapsulator: (suite, key, publicKey) =>
    suite === 1
      ? xWingDecapsulator(key, publicKey)
      : borrowingDecapsulator(key, publicKey, (pair, enc) => hpkeDecapsulate(suite, pair, enc)),
  kemPublicKey: (suite, key) => (suite === 1 ? xWingPublicKey(key) : rawPublic(privateX25519(key))),
};
