/** Takes values out of a JSON answer in bytes, so that its text never becomes a string. */
import { SecurityError } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { BACKSLASH, QUOTE, UNICODE_ESCAPE_BYTES, UNICODE_LETTER } from './escapes.js';
import { codePointOf, hex4, meaningOfEscape } from './read-escapes.js';
import { JsonReader, type Span } from './reader.js';
import { isPair, isSurrogate, writeCodePoint } from './unicode.js';

/** Member names and array indices from the outside in, such as `['choices', 0, 'message', 'content']`. */
export type JsonPath = readonly (string | number)[];

/** U+FFFD, which replaces a lone surrogate (Unicode §3.9). */
const REPLACEMENT = 0xfffd;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Checks that the bytes are one JSON object in UTF-8, without turning them into a string.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT` when they are not
 */
export function checkJsonObject(json: Uint8Array): void {
  const reader = new JsonReader(json);
  if (reader.peek() !== OPEN_BRACE) {
    throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is not a JSON object');
  }
  reader.skip();
  reader.end();
}

/**
 * Reads the text at `path` in a JSON document, as UTF-8 in protected memory.
 *
 * @returns the text, or `undefined` when there is nothing at `path`, or something other than a string. If several
 *   members have the same name, the last one counts, as in `JSON.parse`. A lone surrogate becomes U+FFFD.
 * @throws {SecurityError} `INVALID_PLAINTEXT` when `json` is not JSON in UTF-8
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when memory cannot be locked
 * @example
 * const text = selectText(json, ['choices', 0, 'message', 'content']);
 */
export function selectText(
  json: Uint8Array,
  path: JsonPath,
  options: SecureByteContextOptions = {},
): SecureByteContext | undefined {
  const reader = new JsonReader(json);
  const span = find(reader, path, readText);
  reader.end();
  return span === undefined ? undefined : decode(json.subarray(span.start, span.end), options);
}

/**
 * Reads the number at `path` in a JSON document, such as `['usage', 'prompt_tokens']`.
 *
 * @returns the number, or `undefined` when there is nothing at `path`, or something other than a number
 * @throws {SecurityError} `INVALID_PLAINTEXT` when `json` is not JSON in UTF-8
 */
export function selectNumber(json: Uint8Array, path: JsonPath): number | undefined {
  const reader = new JsonReader(json);
  const number = find(reader, path, (value) => value.number());
  reader.end();
  return number;
}

/** Reads one whole value, and within it the value at the end of `path` with `read`. */
function find<T>(
  reader: JsonReader,
  path: JsonPath,
  read: (reader: JsonReader) => T | undefined,
): T | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return read(reader);
  const first = reader.peek();
  let found: T | undefined;
  const visit = (name: string | number): void => {
    if (name === step) found = find(reader, rest, read);
    else reader.skip();
  };
  if (typeof step === 'string' && first === OPEN_BRACE) reader.object(visit);
  else if (typeof step === 'number' && first === OPEN_BRACKET) reader.array(visit);
  else reader.skip();
  return found;
}

function readText(reader: JsonReader): Span | undefined {
  if (reader.peek() === QUOTE) return reader.string();
  reader.skip();
  return undefined;
}

function decode(text: Uint8Array, options: SecureByteContextOptions): SecureByteContext {
  const scratch = SecureByteContext.allocate(text.byteLength, options);
  const length = scratch.borrow((out) => unescapeInto(text, out));
  if (length === text.byteLength) return scratch;
  // Escapes are longer than the characters they stand for, so the text is shorter than the memory.
  return scratch.use((bytes) => {
    const exact = SecureByteContext.allocate(length, options);
    exact.borrow((out) => out.set(bytes.subarray(0, length)));
    return exact;
  });
}

function unescapeInto(text: Uint8Array, out: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < text.byteLength;) {
    const byte = text[at] ?? 0;
    if (byte !== BACKSLASH) {
      out[length] = byte;
      length += 1;
      at += 1;
    } else if (text[at + 1] === UNICODE_LETTER) {
      const [codePoint, read] = unicodeEscape(text, at);
      length = writeCodePoint(codePoint, out, length);
      at += read;
    } else {
      out[length] = meaningOfEscape(text[at + 1]) ?? 0;
      length += 1;
      at += 2;
    }
  }
  return length;
}

/** The code point of one `\uXXXX`, or of two that form a surrogate pair, and the number of bytes read. */
function unicodeEscape(text: Uint8Array, at: number): readonly [codePoint: number, read: number] {
  const unit = hex4(text, at + 2) ?? 0;
  if (!isSurrogate(unit)) return [unit, UNICODE_ESCAPE_BYTES];
  const next = at + UNICODE_ESCAPE_BYTES;
  const isFollowed = text[next] === BACKSLASH && text[next + 1] === UNICODE_LETTER;
  const low = isFollowed ? (hex4(text, next + 2) ?? 0) : 0;
  return isPair(unit, low)
    ? [codePointOf(unit, low), 2 * UNICODE_ESCAPE_BYTES]
    : [REPLACEMENT, UNICODE_ESCAPE_BYTES];
}
