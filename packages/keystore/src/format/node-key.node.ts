/** Keys in formats that are read by Node's own OpenSSL: old encryptions of PEM, and ciphers other than AES. */
import { createPrivateKey, type KeyObject, type PrivateKeyInput } from 'node:crypto';
import { SecureByteContext } from '@nomyo/crypto';
import { SecurityError } from '@nomyo/base';
import { UnsupportedFormat } from './unsupported.js';
import type { MemoryOptions } from '../place.js';

/** Of OpenSSL, when it was given the right password for something that it does not know. */
const UNSUPPORTED = ['ERR_OSSL_UNSUPPORTED', 'ERR_OSSL_EVP_UNSUPPORTED'];

/** An encrypted key, as PEM or DER. */
export interface KeyToOpen {
  readonly key: Uint8Array;
  readonly format: 'pem' | 'der';
  readonly type?: 'pkcs8';
}

/**
 * The PKCS#8 of an encrypted key, or `undefined` when the password does not open it. The key passes through ordinary
 * memory of OpenSSL. The thread is busy meanwhile: the caller has checked how much work the file asks for.
 *
 * @throws {UnsupportedFormat} when OpenSSL does not know the encryption either
 * @throws {SecurityError} `INVALID_KEY` when it is no RSA key
 */
export function openWithNode(
  { key: bytes, ...source }: KeyToOpen,
  password: SecureByteContext,
  memory: MemoryOptions,
): SecureByteContext | undefined {
  if (memory.requireLocked === true) {
    throw new UnsupportedFormat('an encryption that can only be opened in memory that is not locked', 'pem');
  }
  const key = password.borrow((secret) =>
    create({ ...source, key: viewOf(bytes), passphrase: viewOf(secret) }),
  );
  if (key === undefined) return undefined;
  if (key.asymmetricKeyType !== 'rsa') throw new SecurityError('INVALID_KEY', 'it holds no RSA key');
  return new SecureByteContext(key.export({ type: 'pkcs8', format: 'der' }), memory);
}

function create(input: PrivateKeyInput): KeyObject | undefined {
  try {
    return createPrivateKey(input);
  } catch (error) {
    const code: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
    if (!UNSUPPORTED.includes(String(code))) return undefined;
    throw new UnsupportedFormat('an encryption that OpenSSL does not read', 'legacyPem');
  }
}

/** The same bytes, not a copy. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
