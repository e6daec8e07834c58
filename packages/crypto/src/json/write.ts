/** Writing the text of one JSON string into its place. */
import { escapeExtra, escapeInto, sumExtra, writeEscape, writeUnicodeEscape } from './escape.js';
import type { Text } from './measure.js';
import type { Scratch } from './scratch.js';
import { isPair, isSurrogate } from './surrogates.js';
import { isUtf8 } from './utf8.js';

/**
 * Writes `text` to `out` from `start` to `end`, as far apart as `measureText` said; the byte behind the end may be
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
