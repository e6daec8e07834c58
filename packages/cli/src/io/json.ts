/** JSON that the user wrote, and where it is wrong. `JSON.parse` tells the place of some faults only, and quotes the text. */
import { UsageError } from '../exit/codes.js';
import { decodeUtf8 } from './stdin.js';

type State = 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'after';

/** One token of RFC 8259, whole. */
const TOKEN =
  // eslint-disable-next-line no-control-regex -- none may stand in a string
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/uy;

const SPACE = /[ \t\r\n]*/uy;

/**
 * @param what how the error names it: a path, with the flag that named it
 * @throws {UsageError} with the line and the column of the first fault
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const text = decodeUtf8([bytes], what);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    const before = text.slice(0, faultAt(text)).split('\n');
    const column = Array.from(before.at(-1) ?? '').length + 1;
    throw new UsageError(`${what} is not JSON: line ${String(before.length)}, column ${String(column)}`);
  }
}

/** The index of the first token that may not stand where it stands. */
function faultAt(text: string): number {
  const open: string[] = [];
  let state: State | undefined = 'value';
  let at = 0;
  for (;;) {
    at += match(SPACE, text, at).length;
    const token = match(TOKEN, text, at);
    state = state === 'after' && open.length === 0 ? undefined : next(state, token.charAt(0), open);
    if (state === undefined) return at;
    at += token.length;
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** @param open the brackets that close what is open */
function next(state: State, first: string, open: string[]): State | undefined {
  const canClose = state === 'after' || state === (first === '}' ? 'firstKey' : 'firstItem');
  if (first === '}' || first === ']') return canClose && open.pop() === first ? 'after' : undefined;
  if (state === 'after') return first !== ',' ? undefined : open.at(-1) === '}' ? 'key' : 'value';
  if (state === 'colon') return first === ':' ? 'value' : undefined;
  if (state === 'key' || state === 'firstKey') return first === '"' ? 'colon' : undefined;
  if (first === '{' || first === '[') {
    open.push(first === '{' ? '}' : ']');
    return first === '{' ? 'firstKey' : 'firstItem';
  }
  return first === '' || first === ',' || first === ':' ? undefined : 'after';
}
