/** How deeply JSON is nested, without parsing it: brackets outside of strings. Pure. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/** The deepest nesting; any text has one, JSON or not. */
export function depthOf(json: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.byteLength; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfString(json, at);
    else if (OPENING.includes(byte)) deepest = Math.max(deepest, (depth += 1));
    else if (CLOSING.includes(byte)) depth -= 1;
  }
  return deepest;
}

/** Most of a request is strings; they are skipped from quote to quote. */
function endOfString(json: Uint8Array, start: number): number {
  let at = json.indexOf(QUOTE, start + 1);
  while (at !== -1 && isEscaped(json, at, start)) at = json.indexOf(QUOTE, at + 1);
  return at === -1 ? json.byteLength : at;
}

function isEscaped(json: Uint8Array, at: number, start: number): boolean {
  let backslashes = 0;
  while (at - 1 - backslashes > start && json[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
