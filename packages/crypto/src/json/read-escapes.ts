/** Reads the escapes of a JSON string (RFC 8259 §7). */
import { SHORT_ESCAPES } from './escapes.js';

/** The character that a backslash and this byte stand for; `undefined` for `\u`, and for anything that is no escape. */
export function meaningOfEscape(letter: number | undefined): number | undefined {
  return letter === undefined ? undefined : MEANING.get(letter);
}

/** A slash may be escaped too (RFC 8259 §7), although this package never writes it that way. */
const MEANING: ReadonlyMap<number, number> = /* @__PURE__ */ new Map(
  Array.from(`/${SHORT_ESCAPES.letters}`, (letter, index) => [
    letter.charCodeAt(0),
    `/${SHORT_ESCAPES.characters}`.charCodeAt(index),
  ]),
);

/** The value of the four hexadecimal digits at `at`, or `undefined` if they are not digits. */
export function hex4(bytes: Uint8Array, at: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + 4; i += 1) {
    const digit = Number.parseInt(String.fromCharCode(bytes[i] ?? 0), 16);
    if (Number.isNaN(digit)) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** The code point of a surrogate pair (RFC 2781 §2.2). */
export function codePointOf(high: number, low: number): number {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}
