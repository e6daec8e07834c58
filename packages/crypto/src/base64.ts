/**
 * Base64 with the standard alphabet and padding (RFC 4648 §4), strict: no white space, no other alphabet, no
 * missing padding, no stray bits after the last byte. It works on bytes, so that the PEM of a private key never becomes
 * a string.
 */
import { allocateBytes, SecurityError, utf8Decode, utf8Encode, wipe, type Bytes } from '@nomyo/base';

const ALPHABET = utf8Encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PAD = 0x3d;
const INVALID = 0xff;

const VALUES = new Uint8Array(256).fill(INVALID);
for (const [value, character] of ALPHABET.entries()) VALUES[character] = value;

const malformed = (): SecurityError =>
  new SecurityError('INVALID_ENVELOPE', 'a value is not canonical base64 (RFC 4648)');

/** Number of characters that `length` bytes take, padding included. */
export function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/**
 * Number of bytes that `text` decodes to, judged by its length and padding alone.
 *
 * @throws {SecurityError} `INVALID_ENVELOPE` when the length or the last quantum is not canonical
 */
export function base64DecodedLength(text: Uint8Array): number {
  const length = text.byteLength;
  if (length % 4 !== 0) throw malformed();
  if (length === 0) return 0;
  const padding = text[length - 1] !== PAD ? 0 : text[length - 2] !== PAD ? 1 : 2;
  // The bits after the last byte must be zero, or two texts would stand for the same bytes (RFC 4648 §3.5).
  const last = VALUES[text[length - 1 - padding] ?? 0] ?? INVALID;
  const spareBits = padding === 0 ? 0 : padding === 1 ? 0b11 : 0b1111;
  if (last === INVALID || (last & spareBits) !== 0) throw malformed();
  return (length / 4) * 3 - padding;
}

/** Writes the base64 of `bytes` into `out` at `offset`. */
export function base64EncodeInto(bytes: Uint8Array, out: Uint8Array, offset: number): void {
  let at = offset;
  for (let i = 0; i < bytes.byteLength; i += 3) {
    const rest = bytes.byteLength - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[at] = ALPHABET[group >> 18] ?? 0;
    out[at + 1] = ALPHABET[(group >> 12) & 63] ?? 0;
    out[at + 2] = rest > 1 ? (ALPHABET[(group >> 6) & 63] ?? 0) : PAD;
    out[at + 3] = rest > 2 ? (ALPHABET[group & 63] ?? 0) : PAD;
    at += 4;
  }
}

/**
 * Decodes `text` into the start of `out`.
 *
 * @returns the number of bytes
 * @throws {SecurityError} `INVALID_ENVELOPE` when `text` is not canonical; `out` may then hold part of the bytes
 */
export function base64DecodeInto(text: Uint8Array, out: Uint8Array): number {
  const length = base64DecodedLength(text);
  let invalid = 0;
  for (let i = 0, at = 0; at < length; i += 4, at += 3) {
    const rest = length - at;
    const a = VALUES[text[i] ?? 0] ?? INVALID;
    const b = VALUES[text[i + 1] ?? 0] ?? INVALID;
    const c = rest > 1 ? (VALUES[text[i + 2] ?? 0] ?? INVALID) : 0;
    const d = rest > 2 ? (VALUES[text[i + 3] ?? 0] ?? INVALID) : 0;
    invalid |= a | b | c | d;
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    out[at] = group >> 16;
    if (rest > 1) out[at + 1] = group >> 8;
    if (rest > 2) out[at + 2] = group;
  }
  // A value has six bits; only INVALID, which marks a foreign character, sets the upper two.
  if (invalid > 63) throw malformed();
  return length;
}

/**
 * Encodes bytes that are not secret as base64 (RFC 4648 §4).
 *
 * @example
 * const text = encodeBase64(Uint8Array.of(1, 2, 3)); // 'AQID'
 */
export function encodeBase64(bytes: Uint8Array): string {
  const text = allocateBytes(base64Length(bytes.byteLength));
  base64EncodeInto(bytes, text, 0);
  return utf8Decode(text);
}

/**
 * Decodes canonical base64 (RFC 4648 §4), given as a string or as its ASCII bytes. On failure the bytes decoded so far
 * are wiped.
 *
 * @throws {SecurityError} `INVALID_ENVELOPE` when the text is not canonical
 * @example
 * const bytes = decodeBase64('AQID'); // 1, 2, 3
 */
export function decodeBase64(text: string | Uint8Array): Bytes {
  const ascii = typeof text === 'string' ? utf8Encode(text) : text;
  const bytes = allocateBytes(base64DecodedLength(ascii));
  try {
    base64DecodeInto(ascii, bytes);
    return bytes;
  } catch (error) {
    wipe(bytes);
    throw error;
  }
}
