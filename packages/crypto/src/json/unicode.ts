/** The parts of UTF-16 and UTF-8 that JSON text needs. */

/** Reports whether a code unit is half of a UTF-16 pair, U+D800 to U+DFFF (RFC 2781 §2). */
export function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

/** Reports whether a high surrogate is followed by a low one; `next` may be NaN, as past the end of a string. */
export function isPair(unit: number, next: number): boolean {
  return (unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00;
}

/**
 * Writes the UTF-8 of a code point (RFC 3629 §3).
 *
 * @returns the offset after it
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

/**
 * Length of the UTF-8 character at `at` in bytes, or 0 if it is not valid (RFC 3629 §4): overlong, a surrogate, above
 * U+10FFFF, or cut off.
 */
export function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  // The range of the second byte depends on the first.
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Reports whether the bytes are UTF-8. A `TextDecoder` could too, but would leave a string of the text behind. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at] ?? 0) < 0x80 ? 1 : characterLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}
