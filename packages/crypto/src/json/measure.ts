/** How long a string is as JSON, to the byte, before any memory is taken for it. */
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { escapeExtra, UNICODE_ESCAPE_BYTES } from './escape.js';
import { isPair, isSurrogate } from './surrogates.js';

/** Text of a payload: a string, or UTF-8 bytes that never were one. */
export type Text = string | Uint8Array;

/** From this many code units on, the encoder and a look at its bytes are faster than a look at each unit. */
const LONG = 1024;

/** Code units that are encoded at once to be measured, into scratch memory of three times as many bytes. */
const PIECE = 8192;

/** What an escape takes beyond the byte it stands for. */
const EXTRA = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) EXTRA[byte] = escapeExtra(byte);

/** More than the escapes of one piece can take together. */
const REPLACEMENT = 2 ** 20;

/** The same, and a mark for the first byte of U+FFFD, which the encoder puts in the place of a lone surrogate. */
const COST = new Uint32Array(256);
COST.set(EXTRA);
COST[0xef] = REPLACEMENT;

const encoder = new TextEncoder();

/** Bytes of `text` as a JSON string, quotation marks included. */
export function measureText(text: Text, options: SecureByteContextOptions): number {
  if (typeof text !== 'string') return 2 + text.byteLength + sumEscapes(text);
  return 2 + (text.length < LONG ? measureUnits(text, 0, text.length) : measureLong(text, options));
}

function measureLong(text: string, options: SecureByteContextOptions): number {
  const scratch = SecureByteContext.allocate(3 * Math.min(text.length, PIECE), options);
  return scratch.use((bytes) => {
    let length = 0;
    for (let from = 0; from < text.length;) {
      const to = endOfPiece(text, from);
      length += measurePiece(text, from, to, bytes);
      from = to;
    }
    return length;
  });
}

/** No piece ends within a pair, and none is so short that the engine would copy it rather than point to it. */
function endOfPiece(text: string, from: number): number {
  const to = text.length - from < PIECE ? text.length : from + PIECE / 2;
  return to < text.length && isPair(text.charCodeAt(to - 1), text.charCodeAt(to)) ? to - 1 : to;
}

function measurePiece(text: string, from: number, to: number, scratch: Uint8Array): number {
  const { written } = encoder.encodeInto(text.slice(from, to), scratch);
  const extra = sumCosts(scratch, written);
  return extra < REPLACEMENT ? written + extra : measureUnits(text, from, to);
}

function sumEscapes(bytes: Uint8Array): number {
  // `byteLength` costs twenty times as much as `length` in a loop like this one.
  const { length } = bytes;
  let total = 0;
  for (let i = 0; i < length; i += 1) total += EXTRA[bytes[i] ?? 0] ?? 0;
  return total;
}

/** The costs of every pair of bytes, least significant first: made when the first long string comes. */
let pairCosts: Uint32Array | undefined;

function makePairCosts(): Uint32Array {
  const costs = new Uint32Array(65_536);
  for (let pair = 0; pair < costs.length; pair += 1) {
    costs[pair] = (COST[pair & 0xff] ?? 0) + (COST[pair >> 8] ?? 0);
  }
  return costs;
}

/** Costs of the first `length` bytes, two at a time: half as many steps. */
function sumCosts(scratch: Uint8Array, length: number): number {
  const costs = (pairCosts ??= makePairCosts());
  const count = length >> 1;
  const pairs = new Uint16Array(scratch.buffer, scratch.byteOffset, count);
  let total = length % 2 === 0 ? 0 : (COST[scratch[length - 1] ?? 0] ?? 0);
  // `for … of` takes three times as long.
  for (let i = 0; i < count; i += 1) total += costs[pairs[i] ?? 0] ?? 0;
  return total;
}

function measureUnits(text: string, from: number, to: number): number {
  let length = to - from;
  for (let i = from; i < to; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += escapeExtra(unit);
    else if (unit < 0x800) length += 1;
    else if (!isSurrogate(unit)) length += 2;
    else if (isPair(unit, text.charCodeAt(i + 1))) {
      // Two units are four bytes.
      length += 2;
      i += 1;
    } else length += UNICODE_ESCAPE_BYTES - 1;
  }
  return length;
}
