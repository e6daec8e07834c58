/** UTF-16 and UTF-8, as far as JSON text needs them. */

/** Half of a UTF-16 pair, U+D800 to U+DFFF (RFC 2781 §2). */
export function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

/** A high surrogate followed by a low one; `next` may be the NaN that lies behind a string's end. */
export function isPair(unit: number, next: number): boolean {
  return (unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00;
}

/** The code point of a pair (RFC 2781 §2.2). */
export function codePointOf(high: number, low: number): number {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/**
 * Writes the UTF-8 of a code point (RFC 3629 §3).
 *
 * @returns where it ends
 */
export function writeCodePoint(point: number, out: Uint8Array, at: number): number {
  if (point < 0x80) {
    out[at] = point;
    return at + 1;
  }
  const length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  // As many ones as there are bytes, a zero, and the highest bits.
  out[at] = ((0xf00 >> length) & 0xff) | (point >> (6 * (length - 1)));
  for (let i = 1; i < length; i += 1) out[at + i] = 0x80 | ((point >> (6 * (length - 1 - i))) & 0x3f);
  return at + length;
}

/** By first byte: the length of a sequence, and the range of its second byte (RFC 3629 §4). The rest are 0x80 to 0xbf. */
const SEQUENCES: readonly (readonly [
  first: number,
  last: number,
  length: number,
  low: number,
  high: number,
])[] = [
  [0x00, 0x7f, 1, 0x00, 0xff],
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

const LENGTH = new Uint8Array(256);
const LOW = new Uint8Array(256);
const HIGH = new Uint8Array(256);
for (const [first, last, length, low, high] of SEQUENCES) {
  LENGTH.fill(length, first, last + 1);
  LOW.fill(low, first, last + 1);
  HIGH.fill(high, first, last + 1);
}

/** Bytes of the UTF-8 character at `at`, or 0: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut. */
export function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = LENGTH[first] ?? 0;
  if (length <= 1) return at < bytes.length ? length : 0;
  const second = bytes[at + 1] ?? 0;
  if (second < (LOW[first] ?? 0) || second > (HIGH[first] ?? 0)) return 0;
  for (let i = 2; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Whether the bytes are UTF-8. A `TextDecoder` would tell too, and leave a string of the text behind. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at] ?? 0) < 0x80 ? 1 : characterLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}
