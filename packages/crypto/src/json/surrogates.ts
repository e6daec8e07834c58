/** Half of a UTF-16 pair, U+D800 to U+DFFF (RFC 2781 §2). */
export function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

/** A high surrogate followed by a low one; `next` may be the NaN that lies behind a string's end. */
export function isPair(unit: number, next: number): boolean {
  return (unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00;
}
