/** Parses foreign JSON, after checking its depth and width: before a parser builds anything from it. */
import { searchable } from '#runtime';
import { isObject, utf8Decode, type SecurityError } from '@nomyo/base';
import { BACKSLASH, QUOTE } from './escapes.js';

/**
 * Most levels of nested arrays and objects, in writing and in reading. Many parsers on the other side would refuse
 * deeper JSON too.
 */
export const MAX_JSON_DEPTH = 500;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** Strings up to this length, in bytes, are not worth a call of the runtime's `indexOf`. */
const SHORT = 32;

/** A JSON object with unknown members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The finding of {@link shapeOf}. */
export type JsonShape = 'object' | 'not a JSON object' | 'nested too deeply' | 'too wide';

/** The reason why bytes are not an acceptable JSON object, in the words of the error. */
export type JsonFault = Exclude<JsonShape, 'object'> | 'not JSON in UTF-8';

/**
 * Parses the JSON object in UTF-8 bytes. Anyone with the public key can seal 40 MB of brackets, for which a parser
 * would take a hundred times as much memory, so the shape is checked first.
 *
 * @param maxValues most members and elements in total
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
    throw refuse('not JSON in UTF-8');
  }
  if (!isObject(value)) throw refuse('not a JSON object');
  return value;
}

/**
 * Finds the shape of JSON from its brackets and commas, without checking that it is well-formed. Takes no memory, and
 * stops as soon as a limit is passed.
 *
 * @param maxValues most members and elements in total
 */
export function shapeOf(json: Uint8Array, maxValues: number = Number.POSITIVE_INFINITY): JsonShape {
  const bytes = searchable(json);
  let at = 0;
  // White space is in this range; the parser refuses everything else in it.
  while ((bytes[at] ?? OPEN_BRACE) <= SPACE) at += 1;
  if (bytes[at] !== OPEN_BRACE) return 'not a JSON object';
  let depth = 0;
  let values = 0;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = closingQuote(bytes, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > MAX_JSON_DEPTH) return 'nested too deeply';
    } else if (byte === COMMA) {
      values += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
    }
    if (values > maxValues) return 'too wide';
  }
  return 'object';
}

/** Offset of the first unescaped quotation mark from `from` on, or the length of the text if there is none. */
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
