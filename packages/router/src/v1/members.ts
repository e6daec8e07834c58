/**
 * The members of a JSON object, found in its bytes (RFC 8259), so that what is forwarded is what was sealed: numbers
 * keep their digits, members their order, and no second string is made of the payload.
 */

/** One member of the outermost object: its name, and its bytes from the name to the end of its value. */
export interface JsonMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BYTE = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  open: 0x7b,
  close: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
};

const decoder = new TextDecoder();

/** @param json one valid JSON object; the caller has parsed it */
export function* membersOf(json: Uint8Array): Generator<JsonMember> {
  let at = json.indexOf(BYTE.open) + 1;
  for (;;) {
    const start = json.indexOf(BYTE.quote, at);
    // In `{}` there is no name, and after the last value no quote.
    if (start === -1) return;
    const nameEnd = endOfString(json, start);
    const end = endOfValue(json, nameEnd);
    // A name can be written with escapes.
    const name: unknown = JSON.parse(decoder.decode(json.subarray(start, nameEnd)));
    yield { name: String(name), bytes: json.subarray(start, end) };
    at = end;
  }
}

/** After the closing quote of the string that opens at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.byteLength && json[at] !== BYTE.quote) at += json[at] === BYTE.backslash ? 2 : 1;
  return at + 1;
}

/** At the comma or brace that ends the value at `from`. */
function endOfValue(json: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < json.byteLength; at += 1) {
    const byte = json[at];
    if (byte === BYTE.quote) at = endOfString(json, at) - 1;
    else if (byte === BYTE.open || byte === BYTE.openList) depth += 1;
    else if (depth === 0 && (byte === BYTE.comma || byte === BYTE.close)) return at;
    else if (byte === BYTE.close || byte === BYTE.closeList) depth -= 1;
  }
  return json.byteLength;
}
