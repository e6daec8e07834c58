/**
 * Takes the one long string out of an envelope before `JSON.parse` sees it: parsing 10 MB of base64 into a string
 * costs more than all the cryptography. The rest of the JSON keeps its exact meaning.
 */
import { isCanonicalBase64, searchable } from '#runtime';
import { concatBytes, utf8Encode } from '@nomyo/base';
import { closingQuote } from '../json/parse.js';
import { QUOTE } from '../json/escapes.js';

/** JSON with its first long string replaced. */
export interface Extracted {
  /** The JSON, with {@link placeholder} in place of the string. */
  readonly json: Uint8Array;
  /** A string that occurs nowhere else in the JSON. */
  readonly placeholder: string;
  /** The string that was replaced: canonical base64, as a view. */
  readonly text: Uint8Array;
}

/** Strings up to this length are left in place, in bytes: taking them out would cost more than it saves. */
export const LONG = 4096;

/** Replaces the first long string; `undefined` if there is none, or it is not canonical base64. */
export function extractCiphertext(envelope: Uint8Array): Extracted | undefined {
  const json = searchable(envelope);
  const start = findLongString(json);
  const text = json.subarray(start, json.indexOf(QUOTE, start));
  if (start === -1 || !isCanonicalBase64(text)) return undefined;
  const placeholder = globalThis.crypto.randomUUID();
  const end = start + text.byteLength;
  const shortened = concatBytes(json.subarray(0, start), utf8Encode(placeholder), json.subarray(end));
  return { json: shortened, placeholder, text };
}

/** Offset of the content of the first long string, or -1. */
function findLongString(json: Uint8Array): number {
  for (let open = json.indexOf(QUOTE); open !== -1;) {
    const close = closingQuote(json, open + 1);
    if (close - open > LONG) return close < json.byteLength ? open + 1 : -1;
    open = json.indexOf(QUOTE, close + 1);
  }
  return -1;
}
