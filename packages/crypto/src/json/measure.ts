/** How long a string is as JSON, to the byte, before any memory is taken for it. */
import { escapeExtra, sumExtra, UNICODE_ESCAPE_BYTES } from './escape.js';
import type { Scratch } from './scratch.js';
import { isPair, isSurrogate } from './surrogates.js';

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
