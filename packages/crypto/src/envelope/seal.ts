/** Writes an envelope in place (SPEC.md §4): UTF-8 JSON around base64. */
import { encodeBase64, sealBase64 } from '#runtime';
import {
  allocateBytes,
  InvalidArgumentError,
  isBytes,
  utf8Encode,
  utf8EncodeInto,
  type Bytes,
} from '@nomyo/base';
import { base64Length } from '../base64.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaPublicKey } from '../rsa/public-key.js';
import { SUITE } from '../suite.js';

/** Options of {@link sealEnvelope}. */
export interface SealOptions extends SecureByteContextOptions {
  /** The time that a router writes next to its answer, in Unix seconds (SPEC.md §4). Default: none. */
  readonly processedAt?: number;
}

/** A complete envelope, except for the ciphertext and the tag, which are then written at their offsets. */
interface EnvelopeFrame {
  readonly bytes: Bytes;
  readonly ciphertextOffset: number;
  readonly tagOffset: number;
}

const HEAD = utf8Encode(
  `{"version":"${SUITE.version}","algorithm":"${SUITE.algorithm}","encrypted_payload":{"ciphertext":"`,
);
const ALGORITHMS = `"key_algorithm":"${SUITE.keyAlgorithm}","payload_algorithm":"${SUITE.payloadAlgorithm}"`;

/**
 * Seals a payload to a recipient: AES-256-GCM under a fresh key with a fresh nonce, the key wrapped with
 * RSA-OAEP-SHA256 (SPEC.md §5). Clients seal requests with it, routers seal answers.
 *
 * @param plaintext the payload; it stays the caller's to wipe
 * @returns the envelope as it goes over the wire
 * @throws {InvalidArgumentError} when `plaintext` is not a `Uint8Array`, or `processedAt` not a non-negative integer
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when memory cannot be locked; nothing was sealed
 * @example
 * const envelope = await encodePayload(request).use((json) => sealEnvelope(json, routerKey));
 */
export async function sealEnvelope(
  plaintext: Uint8Array,
  recipient: RsaPublicKey,
  options: SealOptions = {},
): Promise<Bytes> {
  const { processedAt } = options;
  if (!isBytes(plaintext)) throw new InvalidArgumentError('plaintext', 'must be a Uint8Array');
  if (processedAt !== undefined && (!Number.isSafeInteger(processedAt) || processedAt < 0)) {
    throw new InvalidArgumentError('processedAt', 'must be a non-negative integer, in Unix seconds');
  }
  // Key and nonce are drawn together, because each draw is a call into the crypto library.
  const random = SecureByteContext.allocate(SUITE.aesKeyBytes + SUITE.nonceBytes, options);
  return random.use(async (bytes) => {
    globalThis.crypto.getRandomValues(bytes);
    const key = bytes.subarray(0, SUITE.aesKeyBytes);
    const nonce = bytes.subarray(SUITE.aesKeyBytes);
    const wrappedKey = await recipient.wrap(key);
    const frame = frameEnvelope(plaintext.byteLength, nonce, wrappedKey, processedAt);
    const tag = await sealBase64(plaintext, { key, nonce }, frame.bytes, frame.ciphertextOffset);
    utf8EncodeInto(encodeBase64(tag), frame.bytes, frame.tagOffset);
    return frame.bytes;
  });
}

/** Lays out an envelope for a payload of `payloadBytes` bytes, in one buffer of the final size. */
function frameEnvelope(
  payloadBytes: number,
  nonce: Uint8Array,
  wrappedKey: Uint8Array,
  processedAt?: number,
): EnvelopeFrame {
  const time = processedAt === undefined ? '' : `,"processed_at":${String(processedAt)}`;
  // All ASCII, so lengths in characters are lengths in bytes.
  const beforeTag = `","nonce":"${encodeBase64(nonce)}","tag":"`;
  const afterTag = `"},"encrypted_aes_key":"${encodeBase64(wrappedKey)}",${ALGORITHMS}${time}}`;
  const ciphertextOffset = HEAD.byteLength;
  const ciphertextEnd = ciphertextOffset + base64Length(payloadBytes);
  const tagOffset = ciphertextEnd + beforeTag.length;
  const tagEnd = tagOffset + base64Length(SUITE.tagBytes);
  const bytes = allocateBytes(tagEnd + afterTag.length);
  bytes.set(HEAD);
  utf8EncodeInto(beforeTag, bytes, ciphertextEnd);
  utf8EncodeInto(afterTag, bytes, tagEnd);
  return { bytes, ciphertextOffset, tagOffset };
}
