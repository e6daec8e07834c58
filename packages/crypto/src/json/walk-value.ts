/**
 * What `JSON.stringify` does with a value (ECMA-262 §25.5.2), short of writing it: every getter, `toJSON` and proxy
 * trap runs once, in the same order, and what they gave is what will be written.
 */
import { InvalidArgumentError, isArrayBuffer, isBytes } from '@nomyo/base';
import { isSecureByteContext } from '../memory/secure-byte-context.js';
import { MAX_DEPTH } from './depth.js';
import type { JsonWriter } from './writer.js';

const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const [COMMA, COLON] = [0x2c, 0x3a];

/** `JSON.stringify` makes `{"0":72,…}` of other typed arrays, and `{}` of an ArrayBuffer. */
const NO_UINT8ARRAY = 'holds binary data that is no Uint8Array; use one for text, an array for numbers';

const refuse = (why: string): InvalidArgumentError => new InvalidArgumentError('payload', why);

/**
 * Adds `value` to `writer`.
 *
 * @returns whether JSON has a word for it: not for undefined, functions and symbols
 */
export function walkValue(value: unknown, writer: JsonWriter): boolean {
  const prepared = prepare(value, '');
  if (isOmitted(prepared)) return false;
  new ValueWalker(writer).add(prepared);
  return true;
}

class ValueWalker {
  readonly #writer: JsonWriter;
  /** The objects around the current one, outermost first. */
  readonly #ancestors: object[] = [];

  constructor(writer: JsonWriter) {
    this.#writer = writer;
  }

  /** @param value prepared, and not to be omitted */
  add(value: unknown): void {
    if (typeof value === 'string' || isBytes(value)) this.#writer.text(value);
    else if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'boolean') this.#writer.literal(value ? 'true' : 'false');
    else if (typeof value === 'bigint') throw refuse('holds a BigInt, which JSON cannot express');
    else if (ArrayBuffer.isView(value)) throw refuse(NO_UINT8ARRAY);
    else if (isObject(value)) this.#addNested(value);
    else this.#writer.literal('null');
  }

  /** `JSON.stringify` makes null of NaN and the infinities, and the service would never know. */
  #addNumber(value: number): void {
    if (!Number.isFinite(value)) throw refuse('holds NaN or an infinity, which JSON cannot express');
    this.#writer.number(value);
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
      this.#writer.punctuation(before);
      this.#writer.text(key);
      this.#writer.punctuation(COLON);
      this.add(member);
      before = COMMA;
    }
    if (before === OPEN_OBJECT) {
      refuseHidden(value);
      this.#writer.punctuation(OPEN_OBJECT);
    }
    this.#writer.punctuation(CLOSE_OBJECT);
  }

  #addArray(value: readonly unknown[]): void {
    this.#writer.punctuation(OPEN_ARRAY);
    const { length } = value;
    for (let i = 0; i < length; i += 1) {
      if (i > 0) this.#writer.punctuation(COMMA);
      const element = prepare(value[i], i);
      this.add(isOmitted(element) ? null : element);
    }
    this.#writer.punctuation(CLOSE_ARRAY);
  }
}

/**
 * `JSON.stringify` makes `{}` of a Map, a Blob, a Promise that nobody awaited: what they hold would be lost without a
 * word. They are known by their tag, whatever realm they are of; an object of a class without members has none.
 */
function refuseHidden(value: object): void {
  if (isArrayBuffer(value)) throw refuse(NO_UINT8ARRAY);
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (tag !== 'Object') throw refuse(`holds a ${tag}, whose content JSON cannot express`);
}

/** The value that is written in place of this one: what its `toJSON` gives, or what a wrapper object holds. */
function prepare(value: unknown, key: string | number): unknown {
  if (!hasMembers(value) || isBytes(value)) return value;
  const { toJSON } = value;
  return unwrap(typeof toJSON === 'function' ? convert(value, toJSON, key) : value);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- nothing is known of it
function convert(value: unknown, toJSON: Function, key: string | number): unknown {
  // Its toJSON is there for logs: the service would be sent the word "redacted".
  if (isSecureByteContext(value)) throw refuse('holds a SecureByteContext; borrow its bytes instead');
  return Reflect.apply(toJSON, value, [String(key)]);
}

/** ECMA-262 §25.5.2.2, steps 4 and 5: a wrapper object is known by its slot, whatever realm its class is of. */
function unwrap(value: unknown): unknown {
  if (isPlain(value)) return value;
  if (succeeds(() => Number.prototype.valueOf.call(value))) return Number(value);
  if (succeeds(() => String.prototype.valueOf.call(value))) return String(value);
  if (succeeds(() => Boolean.prototype.valueOf.call(value))) return Boolean.prototype.valueOf.call(value);
  return succeeds(() => BigInt.prototype.valueOf.call(value)) ? BigInt.prototype.valueOf.call(value) : value;
}

/** No wrapper in any case: nearly everything is, and asking for a slot that is missing takes a µs. */
function isPlain(value: unknown): boolean {
  if (!isObject(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

function succeeds(task: () => unknown): boolean {
  try {
    task();
    return true;
  } catch {
    return false;
  }
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
