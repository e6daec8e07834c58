import { sealBase64 } from '#runtime';
import { InvalidArgumentError, isBytes, type Bytes } from '@nomyo/base';
import { base64EncodeInto } from '../base64.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaPublicKey } from '../rsa/public-key.js';
import { SUITE } from '../suite.js';
import { frameEnvelope } from './wire.js';

/** How an envelope is sealed. */
export interface SealOptions extends SecureByteContextOptions {
  /** Unix seconds that a router writes beside its answer (SPEC.md §4). Default: none. */
  readonly processedAt?: number;
}

/**
 * Seals a payload to a recipient: a fresh AES-256 key and a fresh nonce, AES-256-GCM, the key wrapped with
 * RSA-OAEP-SHA256 (SPEC.md §5). A client seals requests with it, a router answers.
 *
 * @param plaintext the payload; it stays the caller's to wipe
 * @returns the envelope as it goes over the wire
 * @throws {InvalidArgumentError} when `plaintext` is no `Uint8Array`, or `processedAt` no non-negative integer
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`: nothing was sealed
 */
export async function sealEnvelope(
  plaintext: Uint8Array,
  recipient: RsaPublicKey,
  options: SealOptions = {},
): Promise<Bytes> {
  checkArguments(plaintext, options);
  // One draw for both: each is a call of the crypto library of its own.
  const random = SecureByteContext.allocate(SUITE.aesKeyBytes + SUITE.nonceBytes, options);
  return random.use(async (bytes) => {
    globalThis.crypto.getRandomValues(bytes);
    const key = bytes.subarray(0, SUITE.aesKeyBytes);
    const nonce = bytes.subarray(SUITE.aesKeyBytes);
    const wrappedKey = await recipient.wrap(key);
    const frame = frameEnvelope(plaintext.byteLength, nonce, wrappedKey, options.processedAt);
    const tag = await sealBase64(plaintext, { key, nonce }, frame.bytes, frame.ciphertextOffset);
    base64EncodeInto(tag, frame.bytes, frame.tagOffset);
    return frame.bytes;
  });
}

function checkArguments(plaintext: unknown, { processedAt }: SealOptions): void {
  if (!isBytes(plaintext)) throw new InvalidArgumentError('plaintext', 'must be a Uint8Array');
  if (processedAt !== undefined && (!Number.isSafeInteger(processedAt) || processedAt < 0)) {
    throw new InvalidArgumentError('processedAt', 'must be a non-negative integer of Unix seconds');
  }
}
