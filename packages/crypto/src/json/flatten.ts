/**
 * What `JSON.stringify` does with a value (ECMA-262 §25.5.2), short of writing it: every getter, `toJSON` and proxy
 * trap runs once, in the same order, and what they gave is what will be written.
 */
import { InvalidArgumentError } from '@nomyo/base';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import type { JsonDraft } from './draft.js';

/** Levels of arrays and objects inside one another. Deeper JSON is refused by many parsers on the other side too. */
export const MAX_DEPTH = 500;

const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const [COMMA, COLON] = [0x2c, 0x3a];

const refuse = (why: string): InvalidArgumentError => new InvalidArgumentError('payload', why);

/**
 * Adds `value` to `draft`.
 *
 * @returns whether JSON has a word for it: not for undefined, functions and symbols
 */
export function flatten(value: unknown, draft: JsonDraft): boolean {
  const prepared = prepare(value, '');
  if (isOmitted(prepared)) return false;
  new Flattener(draft).add(prepared);
  return true;
}

class Flattener {
  readonly #draft: JsonDraft;
  /** The objects around the current one, outermost first. */
  readonly #ancestors: object[] = [];

  constructor(draft: JsonDraft) {
    this.#draft = draft;
  }

  /** @param value prepared, and not to be omitted */
  add(value: unknown): void {
    if (typeof value === 'string' || value instanceof Uint8Array) this.#draft.text(value);
    else if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'boolean') this.#draft.literal(value ? 'true' : 'false');
    else if (typeof value === 'bigint') throw refuse('holds a BigInt, which JSON cannot express');
    else if (isObject(value)) this.#addNested(value);
    else this.#draft.literal('null');
  }

  /** `JSON.stringify` makes null of NaN and the infinities, and the service would never know. */
  #addNumber(value: number): void {
    if (!Number.isFinite(value)) throw refuse('holds NaN or an infinity, which JSON cannot express');
    this.#draft.number(value);
  }

  #addNested(value: Readonly<Record<string, unknown>>): void {
    if (this.#ancestors.includes(value)) throw refuse('is circular');
    if (this.#ancestors.length === MAX_DEPTH) throw refuse(`has more than ${String(MAX_DEPTH)} levels`);
    this.#ancestors.push(value);
    if (Array.isArray(value)) this.#addArray(value);
    else this.#addObject(value);
    this.#ancestors.pop();
  }

  #addObject(value: Readonly<Record<string, unknown>>): void {
    let before = OPEN_OBJECT;
    for (const key of Object.keys(value)) {
      const member = prepare(value[key], key);
      if (isOmitted(member)) continue;
      this.#draft.punctuation(before);
      this.#draft.text(key);
      this.#draft.punctuation(COLON);
      this.add(member);
      before = COMMA;
    }
    if (before === OPEN_OBJECT) this.#draft.punctuation(OPEN_OBJECT);
    this.#draft.punctuation(CLOSE_OBJECT);
  }

  #addArray(value: readonly unknown[]): void {
    this.#draft.punctuation(OPEN_ARRAY);
    const { length } = value;
    for (let i = 0; i < length; i += 1) {
      if (i > 0) this.#draft.punctuation(COMMA);
      const element = prepare(value[i], i);
      this.add(isOmitted(element) ? null : element);
    }
    this.#draft.punctuation(CLOSE_ARRAY);
  }
}

/** The value that is written in place of this one: what its `toJSON` gives, or what a wrapper object holds. */
function prepare(value: unknown, key: string | number): unknown {
  if (!hasMembers(value) || value instanceof Uint8Array) return value;
  const { toJSON } = value;
  return unwrap(typeof toJSON === 'function' ? convert(value, toJSON, key) : value);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- nothing is known of it
function convert(value: unknown, toJSON: Function, key: string | number): unknown {
  // Its toJSON is there for logs: the service would be sent the word "redacted".
  if (value instanceof SecureByteContext) throw refuse('holds a SecureByteContext; borrow its bytes instead');
  return Reflect.apply(toJSON, value, [String(key)]);
}

/** ECMA-262 §25.5.2.2, steps 4 and 5. */
function unwrap(value: unknown): unknown {
  if (value instanceof Number) return Number(value);
  if (value instanceof String) return String(value);
  if (value instanceof Boolean || value instanceof BigInt) return value.valueOf();
  return value;
}

function isOmitted(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether JSON.stringify looks for a `toJSON`: it does so on a BigInt as well. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) || typeof value === 'function' || typeof value === 'bigint';
}
