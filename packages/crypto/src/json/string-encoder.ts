/** Encodes one JSON string, one code unit at a time: measures it exactly before any memory is taken, and writes it. */
import { ESCAPE_EXTRA, UNICODE_ESCAPE_BYTES, writeEscape, writeUnicodeEscape } from './escapes.js';
import { isPair, isSurrogate, writeCodePoint } from './unicode.js';

/** Length of `text` as a JSON string, without the quotation marks, in bytes. */
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
 * Writes a string, one code unit at a time.
 *
 * @returns the offset after it
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
