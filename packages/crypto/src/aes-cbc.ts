import { openCbc } from '#runtime';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { MemoryNotLockedError } from './memory/not-locked.js';
import type { SecureByteContext, SecureByteContextOptions } from './memory/secure-byte-context.js';
import type { CbcInput } from './runtime/runtime.js';

const KEY_BYTES: readonly number[] = [16, 24, 32];
const BLOCK_BYTES = 16;

/**
 * Decrypts AES-CBC with PKCS #7 padding (RFC 8018 appendix B.2.5). It is meant for private keys at rest, never for
 * messages, since it authenticates nothing. With `nomyo-native` the plaintext exists only in locked memory.
 *
 * @throws {InvalidArgumentError} on a key that is not 16, 24 or 32 bytes, or an initialization vector that is not 16
 * @throws {SecurityError} `DECRYPTION_FAILED` when the padding is wrong: another key, or damage
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the plaintext cannot be in locked memory
 * @example
 * const pkcs8 = await decryptAesCbc({ key, iv, ciphertext });
 */
export async function decryptAesCbc(
  input: CbcInput,
  options: SecureByteContextOptions = {},
): Promise<SecureByteContext> {
  if (!KEY_BYTES.includes(input.key.byteLength)) {
    throw new InvalidArgumentError('key', 'must be 16, 24 or 32 bytes');
  }
  if (input.iv.byteLength !== BLOCK_BYTES) throw new InvalidArgumentError('iv', 'must be 16 bytes');
  try {
    return await openCbc(input, options);
  } catch (error) {
    if (error instanceof MemoryNotLockedError) throw error;
    throw new SecurityError('DECRYPTION_FAILED', 'the ciphertext cannot be opened with this key');
  }
}
