/** Writing one JSON string into its place. */
import { escapeExtra, escapeInPlace, QUOTE, writeEscape, writeUnicodeEscape } from './escape.js';
import type { Text } from './measure.js';
import { isPair, isSurrogate } from './surrogates.js';
import { isUtf8 } from './utf8.js';

/** Strings up to this many code units are written one by one: for these a call of the encoder costs more. */
const SHORT = 64;

/** So are strings up to this many code units that need escapes: a way back over the encoder's bytes takes longer. */
const MEDIUM = 4096;

const encoder = new TextEncoder();

/**
 * Writes `text` to `out` from `start` to `end`, as far apart as `measureText` said. Bytes are first copied there and
 * then checked and escaped in place, so that nothing can change them in between.
 *
 * @returns `false` when the text is bytes that are no UTF-8, or does not end where it should
 */
export function writeText(text: Text, out: Uint8Array, start: number, end: number): boolean {
  out[start] = QUOTE;
  out[end - 1] = QUOTE;
  if (typeof text !== 'string') return writeBytes(text, out.subarray(start + 1, end - 1));
  if (text.length <= SHORT) return writeUnits(text, out, start + 1) === end - 1;
  return writeString(text, out.subarray(start + 1, end - 1));
}

function writeString(text: string, region: Uint8Array): boolean {
  const { written } = encoder.encodeInto(text, region);
  if (written === region.byteLength) return true;
  if (text.length > MEDIUM && escapeInPlace(region, written)) return true;
  // What the escapes left unfilled are lone surrogates, for which UTF-8 has no bytes.
  return writeUnits(text, region, 0) === region.byteLength;
}

function writeBytes(utf8: Uint8Array, region: Uint8Array): boolean {
  const length = utf8.byteLength;
  // A detached array has no bytes either, and cannot be read.
  if (length === 0 || length > region.byteLength) return length === region.byteLength;
  region.set(utf8);
  return isUtf8(region.subarray(0, length)) && escapeInPlace(region, length);
}

function writeUnits(text: string, out: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (escapeExtra(unit) !== 0) at = writeEscape(unit, out, at);
      else {
        out[at] = unit;
        at += 1;
      }
    } else if (isPair(unit, text.charCodeAt(i + 1))) {
      at = writeCodePoint(text.codePointAt(i) ?? 0, out, at);
      i += 1;
    } else {
      at = isSurrogate(unit) ? writeUnicodeEscape(unit, out, at) : writeCodePoint(unit, out, at);
    }
  }
  return at;
}

/** UTF-8 of a code point above ASCII (RFC 3629 §3). */
function writeCodePoint(point: number, out: Uint8Array, at: number): number {
  const length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  // As many ones as there are bytes, a zero, and the highest bits.
  out[at] = ((0xf00 >> length) & 0xff) | (point >> (6 * (length - 1)));
  for (let i = 1; i < length; i += 1) out[at + i] = 0x80 | ((point >> (6 * (length - 1 - i))) & 0x3f);
  return at + length;
}
