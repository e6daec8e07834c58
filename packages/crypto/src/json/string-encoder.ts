/** The text of one JSON string: how long it is, to the byte, before any memory is taken for it; and its writing. */
import { ESCAPE_EXTRA, UNICODE_ESCAPE_BYTES, writeEscape, writeUnicodeEscape, writtenAs } from './escapes.js';
import type { Scratch } from './scratch.js';
import { isPair, isSurrogate, isUtf8, writeCodePoint } from './unicode.js';

/** Text of a payload: a string, or UTF-8 bytes that never were one. */
export type Text = string | Uint8Array;

/** Bytes of `text` as a JSON string, without its quotation marks. */
export function measureText(text: Text, scratch: Scratch): number {
  if (typeof text === 'string' && !text.isWellFormed()) return measureUnits(text);
  let total = 0;
  for (let from = 0; from < text.length;) {
    from = scratch.load(text, from);
    total += scratch.length + sumExtra(scratch.view, scratch.length);
  }
  return total;
}

/** The same of any string, unit by unit: UTF-8 has no bytes for lone surrogates, so the encoder cannot tell. */
export function measureUnits(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += ESCAPE_EXTRA[unit] ?? 0;
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

/**
 * Writes `text` to `out` from `start` to `end`, as far apart as `measureText` said; the byte after the end may be
 * overwritten too. Bytes are copied and escaped first, and checked then, so that nothing can change them in between.
 *
 * @returns `false` when the text is bytes that are no UTF-8, or are not what they were
 */
export function writeText(
  text: Text,
  scratch: Scratch,
  out: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (typeof text === 'string' && !text.isWellFormed()) return writeUnits(text, out, start) === end;
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = start;
  for (let from = 0; from < text.length;) {
    from = scratch.load(text, from);
    if (typeof text !== 'string' && at + scratch.length + sumExtra(scratch.view, scratch.length) > end) {
      return false;
    }
    at = escapeInto(scratch.view, scratch.length, view, at);
  }
  // Escapes are ASCII in the place of ASCII: what they stand in is UTF-8 when the text is.
  return at === end && (typeof text === 'string' || isUtf8(out.subarray(start, end)));
}

/**
 * Writes a string unit by unit.
 *
 * @returns where it ends
 */
export function writeUnits(text: string, out: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (ESCAPE_EXTRA[unit] !== 0) at = writeEscape(unit, out, at);
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

/** Bytes that are looked at together. */
const WORD_BYTES = 4;

/**
 * Whether none of the four bytes of a word needs an escape. Below 0x20, or equal to one of the two characters: the
 * difference is negative, which sets the highest bit, unless the byte had it before. (A borrow from the byte below can
 * make it `false` too; then each byte is looked at.)
 */
function isPlain(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (((word - 0x20202020) | (quote - 0x01010101) | (backslash - 0x01010101)) & ~word & 0x80808080) === 0;
}

/** What the escapes of the first `length` bytes take beyond them. */
function sumExtra(raw: DataView, length: number): number {
  let total = 0;
  let at = 0;
  for (; at + WORD_BYTES <= length; at += WORD_BYTES) {
    const word = raw.getInt32(at, true);
    if (isPlain(word)) continue;
    for (let shift = 0; shift < 32; shift += 8) total += ESCAPE_EXTRA[(word >>> shift) & 0xff] ?? 0;
  }
  for (; at < length; at += 1) total += ESCAPE_EXTRA[raw.getUint8(at)] ?? 0;
  return total;
}

/**
 * Writes the first `length` bytes of `raw`, escaped where that is needed. The byte after the end may be overwritten
 * too: the closing quotation mark comes there.
 *
 * @returns where it ends
 */
function escapeInto(raw: DataView, length: number, out: DataView, start: number): number {
  let at = start;
  let from = 0;
  for (; from + WORD_BYTES <= length; from += WORD_BYTES) {
    const word = raw.getInt32(from, true);
    if (isPlain(word)) {
      out.setInt32(at, word, true);
      at += WORD_BYTES;
    } else for (let shift = 0; shift < 32; shift += 8) at = escapeByte((word >>> shift) & 0xff, out, at);
  }
  for (; from < length; from += 1) at = escapeByte(raw.getUint8(from), out, at);
  return at;
}

/** Writes two bytes whether there is an escape or not: where they are is a guess that processors often get wrong. */
function escapeByte(byte: number, out: DataView, at: number): number {
  const extra = ESCAPE_EXTRA[byte] ?? 0;
  out.setUint16(at, writtenAs(byte), true);
  if (extra > 1) writeControl(byte, out, at);
  return at + 1 + extra;
}

function writeControl(byte: number, out: DataView, at: number): void {
  writeUnicodeEscape(byte, new Uint8Array(out.buffer, out.byteOffset, out.byteLength), at);
}
