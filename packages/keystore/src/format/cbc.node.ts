/** AES in CBC mode with the padding of RFC 8018 §6.1.1, for keys at rest. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SecureByteContext, type Bytes } from '@nomyo/crypto';
import { allocateBytes, concatBytes } from '../bytes.js';
import type { CbcCipher } from './pbes2.js';

/** A key and an initialization vector. */
export interface CbcKey {
  readonly cipher: CbcCipher['name'];
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** The ciphertext. */
export function encryptCbc(plaintext: Uint8Array, { cipher: name, key, iv }: CbcKey): Bytes {
  const cipher = createCipheriv(name, key, iv);
  const body = cipher.update(plaintext);
  return concatBytes(body, cipher.final());
}

/** The plaintext, or `undefined` when the padding is wrong: another key, or damage. */
export function decryptCbc(
  ciphertext: Uint8Array,
  { cipher: name, key, iv }: CbcKey,
  secure: boolean,
): SecureByteContext | undefined {
  const decipher = createDecipheriv(name, key, iv);
  const parts = [decipher.update(ciphertext)];
  try {
    parts.push(decipher.final());
    return new SecureByteContext(concatBytes(...parts), { secure });
  } catch {
    return undefined;
  } finally {
    for (const part of parts) part.fill(0);
  }
}

/** Random bytes outside the JavaScript heap. */
export function randomOctets(length: number): Bytes {
  const bytes = allocateBytes(length);
  bytes.set(randomBytes(length));
  return bytes;
}
