/** The text of one JSON string, unit by unit: how long it is, to the byte, before any memory is taken for it; and its writing. */
import { ESCAPE_EXTRA, UNICODE_ESCAPE_BYTES, writeEscape, writeUnicodeEscape } from './escapes.js';
import { isPair, isSurrogate, writeCodePoint } from './unicode.js';

/** Bytes of `text` as a JSON string, without its quotation marks. */
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
