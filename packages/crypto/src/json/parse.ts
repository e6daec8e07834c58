/** JSON of others, checked for depth and width before a parser builds anything of it. */
import { searchable } from '#runtime';
import { isObject, utf8Decode, type SecurityError } from '@nomyo/base';
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
const SPACE = 0x20;

/** Strings up to this length are not worth a call of the runtime's search; in bytes. */
const SHORT = 32;

/** A JSON object whose members are not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What {@link shapeOf} found. */
export type JsonShape = 'object' | 'no JSON object' | 'nested too deeply' | 'too wide';

/** Why something is no JSON object of the kind that is wanted, as errors say it. */
export type JsonFault = Exclude<JsonShape, 'object'> | 'no JSON in UTF-8';

/**
 * The JSON object in UTF-8 bytes. Whoever holds a public key can seal 40 MB of brackets, which would take a parser a
 * hundred times as much memory: the shape is looked at first.
 *
 * @param maxValues most members and elements in all
 * @param refuse makes the error
 */
export function parseObject(
  json: Uint8Array,
  maxValues: number,
  refuse: (fault: JsonFault) => SecurityError,
): JsonObject {
  const shape = shapeOf(json, maxValues);
  if (shape !== 'object') throw refuse(shape);
  let value: unknown;
  try {
    value = JSON.parse(utf8Decode(json));
  } catch {
    // The parser's own error quotes what it read.
    throw refuse('no JSON in UTF-8');
  }
  if (!isObject(value)) throw refuse('no JSON object');
  return value;
}

/**
 * The shape of JSON, as its brackets and commas show it; whether it is well-formed is not looked at. Takes no memory,
 * and stops where a limit is passed.
 *
 * @param maxValues most members and elements in all
 */
export function shapeOf(json: Uint8Array, maxValues: number = Number.POSITIVE_INFINITY): JsonShape {
  const bytes = searchable(json);
  let at = 0;
  // White space is in this range, and what else is there the parser refuses.
  while ((bytes[at] ?? OPEN_BRACE) <= SPACE) at += 1;
  if (bytes[at] !== OPEN_BRACE) return 'no JSON object';
  let depth = 0;
  let values = 0;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = closingQuote(bytes, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > MAX_DEPTH) return 'nested too deeply';
    } else if (byte === COMMA) {
      values += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
    }
    if (values > maxValues) return 'too wide';
  }
  return 'object';
}

/** The first unescaped quote from `from` on; the length of the text if there is none. */
export function closingQuote(bytes: Uint8Array, from: number): number {
  const near = Math.min(from + SHORT, bytes.length);
  let at = from;
  for (; at < near; at += 1) {
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] === BACKSLASH) at += 1;
  }
  for (let quote = bytes.indexOf(QUOTE, at); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let before = quote;
    while (before > at && bytes[before - 1] === BACKSLASH) before -= 1;
    const isEscaped = (quote - before) % 2 === 1;
    if (!isEscaped) return quote;
  }
  return bytes.length;
}
