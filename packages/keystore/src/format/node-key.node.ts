/** Reads keys in formats that only Node's own OpenSSL knows: old encryptions of PEM, and ciphers other than AES. */
import { createPrivateKey, type KeyObject, type PrivateKeyInput } from 'node:crypto';
import { SecureByteContext } from '@nomyo/crypto';
import { SecurityError } from '@nomyo/base';
import { UnsupportedFormat } from './unsupported.js';
import type { MemoryOptions } from '../storage/place.js';

/** Codes of OpenSSL for an encryption that it does not know. */
const UNSUPPORTED = ['ERR_OSSL_UNSUPPORTED', 'ERR_OSSL_EVP_UNSUPPORTED'];

/** An encrypted key, as PEM or DER. */
export interface KeyToOpen {
  readonly key: Uint8Array;
  readonly format: 'pem' | 'der';
  readonly type?: 'pkcs8';
}

/**
 * Opens an encrypted key as PKCS#8; `undefined` if the password does not open it. The key passes through ordinary
 * memory of OpenSSL. This blocks the thread, so the caller must have checked how much work the file asks for.
 *
 * @throws {UnsupportedFormat} when OpenSSL does not know the encryption either, and with `requireLocked`
 * @throws {SecurityError} `INVALID_KEY` when it is not an RSA key
 */
export function openWithNode(
  { key: bytes, ...source }: KeyToOpen,
  password: SecureByteContext,
  memory: MemoryOptions,
): SecureByteContext | undefined {
  if (memory.requireLocked === true) {
    throw new UnsupportedFormat('an encryption that can only be opened in unlocked memory', 'pem');
  }
  const key = password.borrow((secret) =>
    create({ ...source, key: viewOf(bytes), passphrase: viewOf(secret) }),
  );
  if (key === undefined) return undefined;
  if (key.asymmetricKeyType !== 'rsa') throw new SecurityError('INVALID_KEY', 'it does not hold an RSA key');
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

/** The same bytes as a `Buffer`, without a copy. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
