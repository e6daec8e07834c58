/** How deep and how wide JSON may be, before a parser builds anything of it. */
import { searchable } from '#runtime';
import { BACKSLASH, QUOTE } from './escapes.js';

/**
 * Levels of arrays and objects inside one another, in what is written and in what is read. Deeper JSON is refused by
 * many parsers on the other side too.
 */
export const MAX_DEPTH = 500;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** Strings up to this length are not worth a call of the runtime's search; in bytes. */
const SHORT = 32;

/** What {@link shapeOf} found. */
export type JsonShape = 'object' | 'no object' | 'too deep' | 'too wide';

/**
 * The shape of JSON, as its brackets and commas show it; whether it is well-formed is not looked at. Takes no memory,
 * and stops where a limit is passed.
 *
 * @param maxValues most members and elements in all
 */
export function shapeOf(json: Uint8Array, maxValues: number = Number.POSITIVE_INFINITY): JsonShape {
  const bytes = searchable(json);
  let at = firstNonSpace(bytes);
  if (bytes[at] !== OPEN_BRACE) return 'no object';
  let depth = 0;
  let values = 0;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = closingQuote(bytes, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > MAX_DEPTH) return 'too deep';
    } else if (byte === COMMA) {
      values += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
    }
    if (values > maxValues) return 'too wide';
  }
  return 'object';
}

/** The first quote from `from` on that no backslash escapes; the length, when there is none. */
export function closingQuote(bytes: Uint8Array, from: number): number {
  let close = findQuote(bytes, from);
  while (close < bytes.length && isEscaped(bytes, close, from)) close = findQuote(bytes, close + 1);
  return close;
}

function findQuote(bytes: Uint8Array, from: number): number {
  const near = Math.min(from + SHORT, bytes.length);
  for (let at = from; at < near; at += 1) if (bytes[at] === QUOTE) return at;
  const far = bytes.indexOf(QUOTE, near);
  return far === -1 ? bytes.length : far;
}

function isEscaped(bytes: Uint8Array, quote: number, from: number): boolean {
  let backslashes = 0;
  while (quote - 1 - backslashes >= from && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function firstNonSpace(bytes: Uint8Array): number {
  let at = 0;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

/** RFC 8259 §2. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
