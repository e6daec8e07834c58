/** The escapes of a JSON string (RFC 8259 §7), written with the choices that `JSON.stringify` makes. */
import { utf8Encode } from '@nomyo/base';

/** The quotation mark around a string. */
export const QUOTE = 0x22;
/** The character that begins an escape: `\\`. */
export const BACKSLASH = 0x5c;

/** The `u` of `\\uXXXX`. */
export const UNICODE_LETTER = 0x75;

/** Length of `\uXXXX` in bytes. */
export const UNICODE_ESCAPE_BYTES = 6;

/** The characters whose escapes have two bytes, and their second bytes, in the same order. */
export const SHORT_ESCAPES = { characters: '"\\\b\t\n\f\r', letters: '"\\btnfr' } as const;

const HEX_DIGITS = '0123456789abcdef';

/** By byte: the number of bytes that escaping adds to it: 0 (it needs no escape), 1 or 5. */
export const ESCAPE_EXTRA: Uint8Array = new Uint8Array(256).fill(UNICODE_ESCAPE_BYTES - 1, 0, 0x20);

/** By byte: the second byte of an escape that has two, or 0. */
export const ESCAPE_LETTER: Uint8Array = new Uint8Array(256);

for (const [index, letter] of utf8Encode(SHORT_ESCAPES.letters).entries()) {
  const byte = SHORT_ESCAPES.characters.charCodeAt(index);
  ESCAPE_EXTRA[byte] = 1;
  ESCAPE_LETTER[byte] = letter;
}

/**
 * Writes the escape of an ASCII character that needs one.
 *
 * @returns the offset after it
 */
export function writeEscape(byte: number, out: Uint8Array, at: number): number {
  const letter = ESCAPE_LETTER[byte] ?? 0;
  if (letter === 0) return writeUnicodeEscape(byte, out, at);
  out[at] = BACKSLASH;
  out[at + 1] = letter;
  return at + 2;
}

/**
 * Writes a UTF-16 code unit as `\uXXXX`.
 *
 * @returns the offset after it
 */
export function writeUnicodeEscape(unit: number, out: Uint8Array, at: number): number {
  out[at] = BACKSLASH;
  out[at + 1] = UNICODE_LETTER;
  for (let digit = 0; digit < 4; digit += 1) {
    out[at + 2 + digit] = HEX_DIGITS.charCodeAt((unit >> (12 - 4 * digit)) & 15);
  }
  return at + UNICODE_ESCAPE_BYTES;
}
