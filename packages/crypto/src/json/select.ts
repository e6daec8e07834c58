/** Takes text out of a JSON answer as bytes, so that it never becomes a string. */
import { SecurityError } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { hex4, JsonScanner, type Span } from './scan.js';

/** Member names and array indices from the outside in, such as `['choices', 0, 'message', 'content']`. */
export type JsonPath = readonly (string | number)[];

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;

/** What stands behind a backslash, and what it means (RFC 8259 §7). */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 0x08, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, '"': 0x22, '\\': 0x5c, '/': 0x2f }).map(
    ([letter, byte]) => [letter.charCodeAt(0), byte],
  ),
);
const U = 0x75;

/**
 * Whether the bytes are one JSON object in UTF-8, without making a string of them.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT`
 */
export function checkJsonObject(json: Uint8Array): void {
  const scanner = new JsonScanner(json);
  if (scanner.peek() !== OPEN_BRACE) {
    throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON object');
  }
  scanner.skip();
  scanner.end();
}

/**
 * The text at `path` in a JSON document, as UTF-8 in protected memory.
 *
 * @returns `undefined` when there is nothing at `path`, or something else than a string. Of members with one name
 *   the last counts, as in `JSON.parse`. A lone surrogate becomes U+FFFD.
 * @throws {SecurityError} `INVALID_PLAINTEXT` when `json` is no JSON in UTF-8
 */
export function selectText(
  json: Uint8Array,
  path: JsonPath,
  options: SecureByteContextOptions = {},
): SecureByteContext | undefined {
  const scanner = new JsonScanner(json);
  const span = find(scanner, path);
  scanner.end();
  return span === undefined ? undefined : decode(json.subarray(span.start, span.end), options);
}

/** Reads one value to its end. */
function find(scanner: JsonScanner, path: JsonPath): Span | undefined {
  const [step, ...rest] = path;
  const first = scanner.peek();
  let found: Span | undefined;
  const visit = (name: string | number): void => {
    if (name === step) found = find(scanner, rest);
    else scanner.skip();
  };
  if (step === undefined && first === QUOTE) return scanner.string();
  if (typeof step === 'string' && first === OPEN_BRACE) scanner.object(visit);
  else if (typeof step === 'number' && first === OPEN_BRACKET) scanner.array(visit);
  else scanner.skip();
  return found;
}

function decode(text: Uint8Array, options: SecureByteContextOptions): SecureByteContext {
  const scratch = SecureByteContext.allocate(text.byteLength, options);
  const length = scratch.borrow((out) => unescapeInto(text, out));
  if (length === text.byteLength) return scratch;
  // Escapes are longer than what they stand for.
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
    } else if (text[at + 1] === U) {
      const [codePoint, read] = unicodeEscape(text, at);
      length += encodeInto(codePoint, out, length);
      at += read;
    } else {
      out[length] = ESCAPES.get(text[at + 1] ?? 0) ?? 0;
      length += 1;
      at += 2;
    }
  }
  return length;
}

/** The code point of `\uXXXX`, or of two of them that are a surrogate pair, and the bytes that it took. */
function unicodeEscape(text: Uint8Array, at: number): readonly [codePoint: number, read: number] {
  const high = hex4(text, at + 2) ?? 0;
  if (high < 0xd800 || high > 0xdfff) return [high, 6];
  const followed = text[at + 6] === BACKSLASH && text[at + 7] === U;
  const low = followed ? (hex4(text, at + 8) ?? 0) : 0;
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return [0xfffd, 6];
  return [0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12];
}

/** UTF-8 of one code point (RFC 3629 §3). */
function encodeInto(codePoint: number, out: Uint8Array, at: number): number {
  const continuation = (shift: number): number => 0x80 | ((codePoint >> shift) & 0x3f);
  const bytes =
    codePoint < 0x80
      ? [codePoint]
      : codePoint < 0x800
        ? [0xc0 | (codePoint >> 6), continuation(0)]
        : codePoint < 0x10000
          ? [0xe0 | (codePoint >> 12), continuation(6), continuation(0)]
          : [0xf0 | (codePoint >> 18), continuation(12), continuation(6), continuation(0)];
  out.set(bytes, at);
  return bytes.length;
}
