/**
 * Takes the one long string out of an envelope before `JSON.parse` sees it: parsing 10 MB of base64 into a string
 * costs more than all the cryptography. What is left keeps its meaning to the letter.
 */
import { isCanonicalBase64, searchable } from '#runtime';
import { concatBytes, utf8Encode } from '@nomyo/base';
import { closingQuote } from '../json/parse.js';
import { QUOTE } from '../json/escapes.js';

/** JSON with its first long string replaced. */
export interface Extracted {
  /** The rest, in which {@link placeholder} stands for the string. */
  readonly json: Uint8Array;
  /** A string that stands nowhere else. */
  readonly placeholder: string;
  /** Canonical base64, as a view. */
  readonly text: Uint8Array;
}

/** Shorter strings are not worth the trouble; in bytes. */
export const LONG = 4096;

/** `undefined` where there is no long string of canonical base64. */
export function extractCiphertext(envelope: Uint8Array): Extracted | undefined {
  const json = searchable(envelope);
  const start = findLongString(json);
  const text = json.subarray(start, json.indexOf(QUOTE, start));
  if (start === -1 || !isCanonicalBase64(text)) return undefined;
  const placeholder = globalThis.crypto.randomUUID();
  const end = start + text.byteLength;
  const rest = concatBytes(json.subarray(0, start), utf8Encode(placeholder), json.subarray(end));
  return { json: rest, placeholder, text };
}

/** Where the content of the first long string begins, or -1. */
function findLongString(json: Uint8Array): number {
  for (let open = json.indexOf(QUOTE); open !== -1;) {
    const close = closingQuote(json, open + 1);
    if (close - open > LONG) return close < json.byteLength ? open + 1 : -1;
    open = json.indexOf(QUOTE, close + 1);
  }
  return -1;
}
