/** How long a string is as JSON, to the byte, before any memory is taken for it. */
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { escapeExtra, ESCAPE_EXTRA, UNICODE_ESCAPE_BYTES } from './escape.js';
import { isPair, isSurrogate } from './surrogates.js';

/** Text of a payload: a string, or UTF-8 bytes that never were one. */
export type Text = string | Uint8Array;

/** From this many code units on, the encoder and a look at its bytes are faster than a look at each unit. */
const LONG = 1024;

/** Code units that are encoded at once to be measured, into scratch memory of three times as many bytes. */
const PIECE = 8192;

/** First byte of U+FFFD, which the encoder puts in the place of a lone surrogate. */
const REPLACEMENT_FIRST_BYTE = 0xef;

/** Bytes of `text` as a JSON string, quotation marks included. */
export function measureText(text: Text, options: SecureByteContextOptions): number {
  if (typeof text !== 'string') return 2 + text.byteLength + extraOfBytes(text);
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
  const { written } = new TextEncoder().encodeInto(text.slice(from, to), scratch);
  const utf8 = scratch.subarray(0, written);
  return utf8.includes(REPLACEMENT_FIRST_BYTE) ? measureUnits(text, from, to) : written + extraOfBytes(utf8);
}

function extraOfBytes(utf8: Uint8Array): number {
  let extra = 0;
  for (let i = 0; i < utf8.byteLength; i += 1) extra += ESCAPE_EXTRA[utf8[i] ?? 0] ?? 0;
  return extra;
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
