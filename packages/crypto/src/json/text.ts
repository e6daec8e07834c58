/** One JSON string, from a JavaScript string or from UTF-8 bytes: how long it is, and writing it in its place. */
import { escapeExtra, escapeInPlace, QUOTE, UNICODE_ESCAPE_BYTES, writeEscape, writeUnicodeEscape } from './escape.js';
import { isUtf8 } from './utf8.js';

/** Text of a payload: a string, or UTF-8 bytes that never were one. */
export type Text = string | Uint8Array;

/** Strings up to this many code units are written one by one: for these a call of the encoder costs more. */
const SHORT = 48;

const encoder = new TextEncoder();

/** Bytes of `text` as JSON string, quotation marks included. */
export function measureText(text: Text): number {
  return 2 + (typeof text === 'string' ? measureUnits(text) : measureBytes(text));
}

/**
 * Writes `text` into `region`, whose length is what {@link measureText} said. It is first copied there and then
 * escaped in place, so that nothing else can change it in between.
 *
 * @returns `false` when the text is bytes that are no UTF-8 or were changed since they were measured
 */
export function writeText(text: Text, region: Uint8Array): boolean {
  const inner = region.subarray(1, region.byteLength - 1);
  region[0] = QUOTE;
  region[region.byteLength - 1] = QUOTE;
  return typeof text === 'string' ? writeString(text, inner) : writeBytes(text, inner);
}

function writeString(text: string, region: Uint8Array): boolean {
  if (text.length <= SHORT) return writeUnits(text, region);
  const { written } = encoder.encodeInto(text, region);
  if (written === region.byteLength || escapeInPlace(region, written)) return true;
  // What the escapes left unfilled are lone surrogates, for which UTF-8 has no bytes.
  return writeUnits(text, region);
}

function writeBytes(utf8: Uint8Array, region: Uint8Array): boolean {
  const length = utf8.byteLength;
  if (length > region.byteLength) return false;
  region.set(utf8);
  return isUtf8(region.subarray(0, length)) && escapeInPlace(region, length);
}

function measureBytes(utf8: Uint8Array): number {
  let length = utf8.byteLength;
  for (let i = 0; i < utf8.byteLength; i += 1) length += escapeExtra(utf8[i] ?? 0);
  return length;
}

function measureUnits(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
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

function writeUnits(text: string, out: Uint8Array): boolean {
  let at = 0;
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
  return at === out.byteLength;
}

/** UTF-8 of a code point above ASCII (RFC 3629 §3). */
function writeCodePoint(point: number, out: Uint8Array, at: number): number {
  const length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  out[at] = ((0xf00 >> length) & 0xff) | (point >> (6 * (length - 1)));
  for (let i = 1; i < length; i += 1) out[at + i] = 0x80 | ((point >> (6 * (length - 1 - i))) & 0x3f);
  return at + length;
}

/** Half of a UTF-16 pair, U+D800 to U+DFFF. */
function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

/** A high surrogate followed by a low one; `next` is NaN at the end of a string. */
function isPair(unit: number, next: number): boolean {
  return (unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00;
}
