/** base64 through Node's own coder, and ciphertexts, in pieces that stay in the processor's cache. */
import { allocateBytes, type Bytes } from '@nomyo/base';
import { base64DecodedLength, base64Length } from '../base64.js';
import type { GcmEnvelope, GcmMessage } from './runtime.js';

/** Bytes that go through at once: larger pieces fall out of the cache. A multiple of 3, for base64, and of 16, for AES. */
export const PIECE_BYTES: number = 48 * 1024;
const PIECE_CHARACTERS = base64Length(PIECE_BYTES);

/** `-` and `_`, which RFC 4648 §5 has in place of `+` and `/`. */
const URL_ALPHABET = [0x2d, 0x5f] as const;

/** The same memory, with Node's methods: its `indexOf` is ten times as fast as that of `Uint8Array`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Base64 of bytes that are no secret. */
export function encodeBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/**
 * Bytes that are no secret: they may lie in memory that Node shares among buffers.
 *
 * @throws {TypeError} when the text is not canonical: it is not what its bytes would be written as
 */
export function decodeBase64(text: string): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- these are not secrets
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new TypeError('not canonical');
  return bytes;
}

/**
 * Node's own decoder is fast and lenient: it skips what is no base64 and takes the URL alphabet too. Whatever it
 * skips makes the result shorter, so the length and a look for `-` and `_` make it strict.
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

/** All of it, `length` bytes. */
export function decodeWhole(base64: Uint8Array, length: number): Bytes {
  const whole = allocateBytes(length);
  let at = 0;
  decodePieces(base64, (piece) => {
    whole.set(piece, at);
    at += piece.byteLength;
  });
  return whole;
}

/** Hands over pieces of {@link PIECE_BYTES}, and a last one. Each is valid until the next. */
function decodePieces(base64: Uint8Array, use: (piece: Buffer) => void): void {
  const text = asBuffer(base64);
  // eslint-disable-next-line nomyo/no-heap-secrets -- it holds ciphertext
  const scratch = Buffer.allocUnsafe(Math.min(PIECE_BYTES, text.byteLength));
  for (let i = 0; i < text.byteLength; i += PIECE_CHARACTERS) {
    const length = scratch.write(text.toString('latin1', i, i + PIECE_CHARACTERS), 'base64');
    use(scratch.subarray(0, length));
  }
}

/** The same of a ciphertext, however it came. */
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
