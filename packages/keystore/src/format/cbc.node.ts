/** Encrypts with AES in CBC mode and the padding of RFC 8018 §6.1.1, for keys at rest. */
import { createCipheriv, randomBytes } from 'node:crypto';
import { allocateBytes, concatBytes, type Bytes } from '@nomyo/base';
import type { CbcCipher } from './pbes2.js';

/** A key and an initialization vector. */
export interface CbcKey {
  readonly cipher: CbcCipher['name'];
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** Encrypts, and returns the ciphertext. */
export function encryptCbc(plaintext: Uint8Array, { cipher: name, key, iv }: CbcKey): Bytes {
  const cipher = createCipheriv(name, key, iv);
  const body = cipher.update(plaintext);
  return concatBytes(body, cipher.final());
}

/** Random bytes outside the JavaScript heap. */
export function randomOctets(length: number): Bytes {
  const bytes = allocateBytes(length);
  bytes.set(randomBytes(length));
  return bytes;
}
