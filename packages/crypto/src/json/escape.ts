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

/** The escapes of control characters that have no short one. */
const CONTROL = Array.from({ length: 0x20 }, (_, byte) => `\\u${byte.toString(16).padStart(4, '0')}`);

/** By byte: how many its escape takes beyond the one it stands for: 0, 1 or 5. */
const EXTRA = new Uint8Array(256);
EXTRA.fill(UNICODE_ESCAPE_BYTES - 1, 0, 0x20);

/** By byte: itself, or the two bytes of its escape; the first is the lower half. */
const WRITTEN = new Uint16Array(256);
for (let byte = 0x20; byte < WRITTEN.length; byte += 1) WRITTEN[byte] = byte;

for (const [character, letter] of SHORT_ESCAPES) {
  const byte = character.charCodeAt(0);
  EXTRA[byte] = 1;
  WRITTEN[byte] = BACKSLASH | (letter.charCodeAt(0) << 8);
}

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
  if (EXTRA[byte] !== 1) return writeUnicodeEscape(byte, out, at);
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
  out[at + 1] = 0x75;
  for (let digit = 0; digit < 4; digit += 1) {
    out[at + 2 + digit] = HEX_DIGITS.charCodeAt((unit >> (12 - 4 * digit)) & 15);
  }
  return at + UNICODE_ESCAPE_BYTES;
}

/** Bytes that are looked at together. */
const WORD_BYTES = 4;

/**
 * Whether none of the four bytes of a word needs an escape. Below 0x20, or equal to one of the two characters: the
 * difference is negative, which sets the highest bit, unless the byte had it before. (A borrow from the byte below can
 * make it `false` too; then each byte is looked at.)
 */
function isPlain(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (((word - 0x20202020) | (quote - 0x01010101) | (backslash - 0x01010101)) & ~word & 0x80808080) === 0;
}

/** What the escapes of the first `length` bytes take beyond them. */
export function sumExtra(raw: DataView, length: number): number {
  let total = 0;
  let at = 0;
  for (; at + WORD_BYTES <= length; at += WORD_BYTES) {
    const word = raw.getInt32(at, true);
    if (isPlain(word)) continue;
    for (let shift = 0; shift < 32; shift += 8) total += escapeExtra((word >>> shift) & 0xff);
  }
  for (; at < length; at += 1) total += escapeExtra(raw.getUint8(at));
  return total;
}

/**
 * Writes the first `length` bytes of `raw`, escaped where that is needed. The byte behind the end may be overwritten
 * too: the closing quotation mark comes there.
 *
 * @returns where it ends
 */
export function escapeInto(raw: DataView, length: number, out: DataView, start: number): number {
  let at = start;
  let from = 0;
  for (; from + WORD_BYTES <= length; from += WORD_BYTES) {
    const word = raw.getInt32(from, true);
    if (isPlain(word)) {
      out.setInt32(at, word, true);
      at += WORD_BYTES;
    } else for (let shift = 0; shift < 32; shift += 8) at = escapeByte((word >>> shift) & 0xff, out, at);
  }
  for (; from < length; from += 1) at = escapeByte(raw.getUint8(from), out, at);
  return at;
}

/** Writes two bytes whether there is an escape or not: where they are is a guess that processors often get wrong. */
function escapeByte(byte: number, out: DataView, at: number): number {
  const extra = escapeExtra(byte);
  out.setUint16(at, WRITTEN[byte] ?? 0, true);
  if (extra > 1) writeControl(byte, out, at);
  return at + 1 + extra;
}

function writeControl(byte: number, out: DataView, at: number): void {
  for (let i = 0; i < UNICODE_ESCAPE_BYTES; i += 1) out.setUint8(at + i, (CONTROL[byte] ?? '').charCodeAt(i));
}
