/** The escapes of a JSON string (RFC 8259 §7), written with the choices that `JSON.stringify` makes. */

/** The quotation mark around a string. */
export const QUOTE = 0x22;
/** The character that begins an escape: `\\`. */
export const BACKSLASH = 0x5c;

/** What follows the backslash of `\\uXXXX`. */
export const UNICODE_LETTER = 0x75;

/** Bytes of `\uXXXX`. */
export const UNICODE_ESCAPE_BYTES = 6;

/** The characters that have an escape of two bytes, and its second byte. A slash is read, and never written. */
export const SHORT_ESCAPES: readonly (readonly [character: string, letter: string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\f', 'f'],
  ['\r', 'r'],
];

const HEX_DIGITS = '0123456789abcdef';

/** By byte: how many bytes its escape takes beyond the one it stands for: 0 (it needs none), 1 or 5. */
export const ESCAPE_EXTRA: Uint8Array = new Uint8Array(256).fill(UNICODE_ESCAPE_BYTES - 1, 0, 0x20);

/** By byte: itself, or the two bytes of its escape; the first is the lower half. */
const WRITTEN = new Uint16Array(256);
for (let byte = 0x20; byte < WRITTEN.length; byte += 1) WRITTEN[byte] = byte;

for (const [character, letter] of SHORT_ESCAPES) {
  const byte = character.charCodeAt(0);
  if (character === '/') continue;
  ESCAPE_EXTRA[byte] = 1;
  WRITTEN[byte] = BACKSLASH | (letter.charCodeAt(0) << 8);
}

/**
 * Writes the escape of an ASCII character, which needs one.
 *
 * @returns where it ends
 */
export function writeEscape(byte: number, out: Uint8Array, at: number): number {
  if (ESCAPE_EXTRA[byte] !== 1) return writeUnicodeEscape(byte, out, at);
  out[at] = BACKSLASH;
  out[at + 1] = (WRITTEN[byte] ?? 0) >> 8;
  return at + 2;
}

/**
 * Writes a UTF-16 code unit as `\uXXXX`.
 *
 * @returns where it ends
 */
export function writeUnicodeEscape(unit: number, out: Uint8Array, at: number): number {
  out[at] = BACKSLASH;
  out[at + 1] = UNICODE_LETTER;
  for (let digit = 0; digit < 4; digit += 1) {
    out[at + 2 + digit] = HEX_DIGITS.charCodeAt((unit >> (12 - 4 * digit)) & 15);
  }
  return at + UNICODE_ESCAPE_BYTES;
}

/** By byte: itself, or the two bytes of its escape, of which the first is the lower half. */
export function writtenAs(byte: number): number {
  return WRITTEN[byte] ?? 0;
}
