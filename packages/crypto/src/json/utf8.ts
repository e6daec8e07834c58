/** UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */

/** By first byte: how many bytes follow, and the range of the second (RFC 3629 §4). The rest are 0x80 to 0xbf. */
const SEQUENCES: readonly (readonly [
  first: number,
  last: number,
  following: number,
  low: number,
  high: number,
])[] = [
  [0x00, 0x7f, 0, 0x80, 0xbf],
  [0xc2, 0xdf, 1, 0x80, 0xbf],
  [0xe0, 0xe0, 2, 0xa0, 0xbf],
  [0xe1, 0xec, 2, 0x80, 0xbf],
  [0xed, 0xed, 2, 0x80, 0x9f],
  [0xee, 0xef, 2, 0x80, 0xbf],
  [0xf0, 0xf0, 3, 0x90, 0xbf],
  [0xf1, 0xf3, 3, 0x80, 0xbf],
  [0xf4, 0xf4, 3, 0x80, 0x8f],
];

/** Mark of a byte that begins no sequence. */
const NONE = 0xff;

const FOLLOWING = new Uint8Array(256).fill(NONE);
const LOW = new Uint8Array(256);
const HIGH = new Uint8Array(256);
for (const [first, last, following, low, high] of SEQUENCES) {
  FOLLOWING.fill(following, first, last + 1);
  LOW.fill(low, first, last + 1);
  HIGH.fill(high, first, last + 1);
}

/** Whether the bytes are UTF-8. A `TextDecoder` would tell too, and leave a string of the text behind. */
export function isUtf8(bytes: Uint8Array): boolean {
  const end = bytes.length;
  let at = 0;
  while (at < end) {
    const first = bytes[at] ?? 0;
    const following = FOLLOWING[first] ?? NONE;
    at += 1;
    if (following === 0) continue;
    if (following === NONE || at + following > end) return false;
    const second = bytes[at] ?? 0;
    if (second < (LOW[first] ?? 0) || second > (HIGH[first] ?? 0)) return false;
    for (const last = at + following; (at += 1) < last;) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return false;
  }
  return true;
}
