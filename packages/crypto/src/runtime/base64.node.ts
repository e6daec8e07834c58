/** Base64 by Node's own coder, and ciphertexts, in pieces small enough for the processor's cache. */
import { allocateBytes, type Bytes } from '@nomyo/base';
import { base64DecodedLength, base64Length } from '../base64.js';
import type { GcmEnvelope, GcmMessage } from './runtime.js';

/** Size of a piece in bytes; larger ones fall out of the cache. A multiple of 3, for base64, and of 16, for AES. */
export const PIECE_BYTES: number = 48 * 1024;
const PIECE_CHARACTERS = base64Length(PIECE_BYTES);

/** `-` and `_`, which replace `+` and `/` in RFC 4648 §5. */
const URL_ALPHABET = [0x2d, 0x5f] as const;

/** The same memory as a `Buffer`, whose `indexOf` is ten times as fast as `Uint8Array`'s. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Encodes bytes that are not secret as base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/**
 * Decodes base64 of bytes that are not secret: they may be in memory that Node shares among buffers.
 *
 * @throws {TypeError} when the text is not canonical, that is, differs from the encoding of its bytes
 */
export function decodeBase64(text: string): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- these are not secrets
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new TypeError('not canonical');
  return bytes;
}

/**
 * Reports whether `text` is canonical base64. Node's own decoder is fast but lenient: it skips other characters and
 * also accepts the URL alphabet. Skipped characters make the result shorter, so checking its length, and the text for
 * `-` and `_`, makes the decoder strict.
 */
export function isCanonicalBase64(text: Uint8Array): boolean {
  const searched = asBuffer(text);
  if (URL_ALPHABET.some((character) => searched.includes(character))) return false;
  try {
    let length = 0;
    decodePieces(text, (piece) => (length += piece.byteLength));
    return length === base64DecodedLength(text);
  } catch {
    return false;
  }
}

/** Decodes all of `base64`, which holds `length` bytes. */
export function decodeWhole(base64: Uint8Array, length: number): Bytes {
  const whole = allocateBytes(length);
  let at = 0;
  decodePieces(base64, (piece) => {
    whole.set(piece, at);
    at += piece.byteLength;
  });
  return whole;
}

/** Passes on pieces of {@link PIECE_BYTES}, and a shorter last one. Each is valid until the next one. */
function decodePieces(base64: Uint8Array, use: (piece: Buffer) => void): void {
  const text = asBuffer(base64);
  // eslint-disable-next-line nomyo/no-heap-secrets -- it holds ciphertext
  const scratch = Buffer.allocUnsafe(Math.min(PIECE_BYTES, text.byteLength));
  for (let i = 0; i < text.byteLength; i += PIECE_CHARACTERS) {
    const length = scratch.write(text.toString('latin1', i, i + PIECE_CHARACTERS), 'base64');
    use(scratch.subarray(0, length));
  }
}

/** Passes on a ciphertext in such pieces, whether it is base64 or bytes. */
export function ciphertextPieces(sealed: GcmEnvelope | GcmMessage, use: (piece: Uint8Array) => void): void {
  if ('base64' in sealed) {
    decodePieces(sealed.base64, use);
    return;
  }
  const { ciphertext } = sealed;
  for (let at = 0; at < ciphertext.byteLength; at += PIECE_BYTES) {
    use(ciphertext.subarray(at, at + PIECE_BYTES));
  }
}
