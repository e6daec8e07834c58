/** How the bytes of a JSON string are written (RFC 8259 §7), with the choices that `JSON.stringify` makes. */

/** The quotation mark around a string. */
export const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Bytes of `\uXXXX`. */
export const UNICODE_ESCAPE_BYTES = 6;

/** The characters that have an escape of two bytes, and its second byte. */
const SHORT_ESCAPES: readonly (readonly [character: string, letter: string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\f', 'f'],
  ['\r', 'r'],
];

const HEX_DIGITS = '0123456789abcdef';

const SHORT_LETTER = new Uint8Array(256);
for (const [character, letter] of SHORT_ESCAPES) SHORT_LETTER[character.charCodeAt(0)] = letter.charCodeAt(0);

/** By byte: how many its escape takes beyond the one it stands for: 0, 1 or 5. */
const EXTRA = new Uint8Array(256);
EXTRA.fill(UNICODE_ESCAPE_BYTES - 1, 0, 0x20);
for (const [character] of SHORT_ESCAPES) EXTRA[character.charCodeAt(0)] = 1;

/** Bytes that the escape of `byte` takes beyond the one it stands for; 0 when it needs none. */
export function escapeExtra(byte: number): number {
  return EXTRA[byte] ?? 0;
}

/**
 * Writes the escape of an ASCII character, which needs one.
 *
 * @returns where it ends
 */
export function writeEscape(byte: number, out: Uint8Array, at: number): number {
  const letter = SHORT_LETTER[byte] ?? 0;
  if (letter === 0) return writeUnicodeEscape(byte, out, at);
  out[at] = BACKSLASH;
  out[at + 1] = letter;
  return at + 2;
}

/**
 * Writes a UTF-16 code unit as `\uXXXX`.
 *
 * @returns where it ends
 */
export function writeUnicodeEscape(unit: number, out: Uint8Array, at: number): number {
  out[at] = BACKSLASH;
  out[at + 1] = 0x75;
  for (let digit = 0; digit < 4; digit += 1) {
    out[at + 2 + digit] = HEX_DIGITS.charCodeAt((unit >> (12 - 4 * digit)) & 15);
  }
  return at + UNICODE_ESCAPE_BYTES;
}

/**
 * Escapes what needs it in UTF-8 that stands at the start of `region`, from back to front, so that it ends where
 * `region` ends: no second buffer holds the text.
 *
 * @param rawLength bytes of UTF-8 at the start of `region`
 * @returns whether the escaped text fills `region` to the byte; if not, `region` holds a mixture
 */
export function escapeInPlace(region: Uint8Array, rawLength: number): boolean {
  let end = region.length;
  for (let from = rawLength - 1; from >= 0; from -= 1) {
    const byte = region[from] ?? 0;
    if (EXTRA[byte] === 0) {
      end -= 1;
      region[end] = byte;
    } else {
      end -= 1 + escapeExtra(byte);
      if (end < from) return false;
      writeEscape(byte, region, end);
    }
  }
  return end === 0;
}
