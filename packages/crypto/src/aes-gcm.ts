import { openGcm } from '#runtime';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { MemoryNotLockedError } from './memory/not-locked.js';
import type { SecureByteContext, SecureByteContextOptions } from './memory/secure-byte-context.js';
import type { GcmMessage } from './runtime/runtime.js';
import { SUITE } from './suite.js';

/**
 * Opens AES-256-GCM with associated data (NIST SP 800-38D), for whatever was sealed under a key that both sides already
 * have. With `nomyo-native` the plaintext exists only in locked memory.
 *
 * @param key 32 bytes; it stays the caller's to dispose of
 * @throws {InvalidArgumentError} on a key that is not 32 bytes, a nonce that is not 12, or a tag that is not 16
 * @throws {SecurityError} `DECRYPTION_FAILED` when the tag is wrong; nothing of the plaintext is left
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the plaintext cannot be in locked memory
 * @example
 * const plaintext = await openAesGcm({ nonce, aad, ciphertext, tag }, key);
 */
export async function openAesGcm(
  message: GcmMessage,
  key: SecureByteContext,
  options: SecureByteContextOptions = {},
): Promise<SecureByteContext> {
  checkLength('key', key.length, SUITE.aesKeyBytes);
  checkLength('nonce', message.nonce.byteLength, SUITE.nonceBytes);
  checkLength('tag', message.tag.byteLength, SUITE.tagBytes);
  try {
    return await openGcm(message, key, options);
  } catch (error) {
    if (error instanceof MemoryNotLockedError) throw error;
    throw new SecurityError('DECRYPTION_FAILED', 'the ciphertext cannot be opened with this key');
  }
}

function checkLength(name: string, length: number, bytes: number): void {
  if (length !== bytes) throw new InvalidArgumentError(name, `must be ${String(bytes)} bytes`);
}
