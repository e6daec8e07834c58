/** Where strings and values end in the bytes of JSON (RFC 8259), without parsing them. */

export const BYTE = {
  quote: 0x22,
  backslash: 0x5c,
  colon: 0x3a,
  comma: 0x2c,
  open: 0x7b,
  close: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
} as const;

/** The index after the closing quote of the string at `start`; `undefined` when there is no such string. */
export function endOfString(json: Uint8Array, start: number): number | undefined {
  if (json[start] !== BYTE.quote) return undefined;
  let at = start + 1;
  while (at < json.byteLength && json[at] !== BYTE.quote) at += json[at] === BYTE.backslash ? 2 : 1;
  return at < json.byteLength ? at + 1 : undefined;
}

/**
 * The index of the comma or brace that ends the member's value at `from`; `undefined` when there is none, or when the
 * value is nested deeper than `maxDepth`.
 */
export function endOfValue(json: Uint8Array, from: number, maxDepth: number): number | undefined {
  let depth = 0;
  for (let at = from; at < json.byteLength; at += 1) {
    const byte = json[at];
    if (byte === BYTE.quote) {
      const end = endOfString(json, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === BYTE.open || byte === BYTE.openList) {
      depth += 1;
      if (depth > maxDepth) return undefined;
    } else if (depth === 0 && (byte === BYTE.comma || byte === BYTE.close)) {
      return at > from ? at : undefined;
    } else if (byte === BYTE.close || byte === BYTE.closeList) {
      depth -= 1;
    }
  }
  return undefined;
}
