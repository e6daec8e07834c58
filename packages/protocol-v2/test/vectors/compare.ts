/** The difference, in a few words; `undefined`: none. */
import { isDeepStrictEqual } from 'node:util';
import { classOf } from '../../src/errors.js';
import { toHex } from '../../src/layout.js';

const shown = (value: unknown): string => {
  const text = value instanceof Uint8Array ? toHex(value) : (value === undefined ? 'nothing' : JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

/** Expected and found, by name. */
export function firstDifference(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, value] of Object.entries(expected)) {
    if (!same(value, found[name])) return `${name}: expected ${shown(value)}, found ${shown(found[name])}`;
  }
  return undefined;
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return toHex(a) === toHex(b);
  return isDeepStrictEqual(a, b);
}

/** `ok`, or the class of the error. An error outside the table is not an outcome, and is rethrown. */
export async function outcome(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'ok';
  } catch (error) {
    const found = classOf(error);
    if (found === undefined) throw error;
    return found;
  }
}

/** The ways in which bytes are fed. */
export const FEEDS: Readonly<Record<string, number>> = { whole: Number.MAX_SAFE_INTEGER, 'byte by byte': 1 };

export async function feed(bytes: Uint8Array, step: number, push: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += step) await push(bytes.subarray(at, at + step));
}
