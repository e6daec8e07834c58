/** `#long-texts` everywhere except on Node: one code unit at a time, and little code, because pages load it. */
import { ESCAPE_EXTRA, writeEscape } from './escapes.js';
import type { CreateLongTexts, LongTexts } from './long-texts.js';
import { measureUnits, writeUnits } from './string-encoder.js';
import { isUtf8 } from './unicode.js';

/* eslint-disable @typescript-eslint/prefer-for-of -- a subclass may override iteration, and iterating over bytes that
   were transferred away throws */

/** Needs no memory beyond that of the JSON. */
const LONG_TEXTS: LongTexts = {
  measure: (text) => {
    if (typeof text === 'string') return measureUnits(text);
    let total = text.length;
    for (let i = 0; i < text.length; i += 1) total += ESCAPE_EXTRA[text[i] ?? 0] ?? 0;
    return total;
  },
  write: (text, out, start, end) => {
    if (typeof text === 'string') return writeUnits(text, out, start) === end;
    let at = start;
    for (let i = 0; i < text.length; i += 1) {
      const byte = text[i] ?? 0;
      const next = at + 1 + (ESCAPE_EXTRA[byte] ?? 0);
      if (next > end) return false;
      if (next === at + 1) out[at] = byte;
      else writeEscape(byte, out, at);
      at = next;
    }
    // Escapes replace ASCII with ASCII, so the output is UTF-8 exactly when the text is.
    return at === end && isUtf8(out.subarray(start, end));
  },
  dispose: () => undefined,
};

/** Long texts of one payload. */
export const createLongTexts: CreateLongTexts = () => LONG_TEXTS;
