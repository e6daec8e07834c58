/**
 * The members of a JSON object, found in its bytes (RFC 8259), so that what is forwarded is what was sealed: numbers
 * keep their digits, members their order, and no second string is made of the payload.
 */

import { BYTE, endOfString, endOfValue } from '../json/scan.js';

/** One member of the outermost object: its name, and its bytes from the name to the end of its value. */
export interface JsonMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const decoder = new TextDecoder();

/** @param json one valid JSON object; the caller has parsed it */
export function* membersOf(json: Uint8Array): Generator<JsonMember> {
  let at = json.indexOf(BYTE.open) + 1;
  for (;;) {
    const start = json.indexOf(BYTE.quote, at);
    // In `{}` there is no name, and after the last value no quote.
    if (start === -1) return;
    const nameEnd = endOfString(json, start) ?? json.byteLength;
    const end = endOfValue(json, nameEnd, Infinity) ?? json.byteLength;
    // A name can be written with escapes.
    const name: unknown = JSON.parse(decoder.decode(json.subarray(start, nameEnd)));
    yield { name: String(name), bytes: json.subarray(start, end) };
    at = end;
  }
}
