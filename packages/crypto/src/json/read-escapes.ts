/** The escapes of a JSON string (RFC 8259 §7), read. */
import { SHORT_ESCAPES } from './escapes.js';

/** What a backslash and this byte stand for, or `undefined`: no escape, or the one with four digits. */
export function meaningOfEscape(letter: number | undefined): number | undefined {
  return letter === undefined ? undefined : MEANING.get(letter);
}

/** A slash may stand behind a backslash, too, though it never does in what is written here. */
const MEANING: ReadonlyMap<number, number> = /* @__PURE__ */ new Map(
  Array.from(`/${SHORT_ESCAPES.letters}`, (letter, index) => [
    letter.charCodeAt(0),
    `/${SHORT_ESCAPES.characters}`.charCodeAt(index),
  ]),
);

/** The number that four hexadecimal digits stand for, or `undefined`. */
export function hex4(bytes: Uint8Array, at: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + 4; i += 1) {
    const digit = Number.parseInt(String.fromCharCode(bytes[i] ?? 0), 16);
    if (Number.isNaN(digit)) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** The code point of a pair (RFC 2781 §2.2). */
export function codePointOf(high: number, low: number): number {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}
