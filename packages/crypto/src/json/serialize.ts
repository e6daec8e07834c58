/**
 * `JSON.stringify` into protected memory (ECMA-262 §25.5.2): every getter, `toJSON` and proxy trap runs once, in the
 * same order, and its result is what is written.
 */
import { InvalidArgumentError, isArrayBuffer, isBytes, NomyoError } from '@nomyo/base';
import {
  isSecureByteContext,
  type SecureByteContext,
  type SecureByteContextOptions,
} from '../memory/secure-byte-context.js';
import { MAX_JSON_DEPTH } from './parse.js';
import { JsonWriter } from './writer.js';

/** Options of {@link serializeJson}. */
export interface SerializeOptions extends SecureByteContextOptions {
  /**
   * Longest JSON, in bytes: a positive integer. Longer JSON is a `SecurityError` `PAYLOAD_TOO_LARGE`. Default: 32 MiB,
   * about three times the size of the largest request.
   */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const [COMMA, COLON] = [0x2c, 0x3a];

/** `JSON.stringify` turns other typed arrays into `{"0":72,…}`, and an ArrayBuffer into `{}`. */
const NO_UINT8ARRAY = 'holds binary data that is not a Uint8Array; use one for text, an array for numbers';

/** The reason why a value is refused; {@link writePayload} adds the name of the member. */
class Refusal extends Error {}

const refuse = (why: string): Refusal => new Refusal(why);

/** The current position in a payload. */
interface Walk {
  readonly writer: JsonWriter;
  /** The objects around the value, outermost first. */
  readonly ancestors: object[];
  /** The payload's own member that the value belongs to. */
  member: string;
}

/**
 * Writes a value as JSON straight into protected memory of exactly the right size: the same bytes as
 * `JSON.stringify`, but never as one string, which nobody could wipe. Apart from the caller's own strings, no copy of
 * any text is left behind. (A string built with `+` or a template is joined by the engine when it is first read, here
 * or elsewhere; the joined string counts as the caller's.)
 *
 * Wherever the value can hold a string it may hold a `Uint8Array` of UTF-8 text instead, which becomes a JSON string.
 * The text then need not exist as a string at all. The bytes stay the caller's to wipe.
 *
 * As with `JSON.stringify`, `toJSON` is called, `undefined`, functions and symbols are left out of objects and are
 * null in arrays, and lone surrogates are escaped. Every getter, `toJSON` and proxy trap runs once.
 *
 * @param payload at most 500 levels of nested objects and arrays
 * @throws {InvalidArgumentError} when it is circular or too deep, when it holds a BigInt, NaN, an infinity, bytes that
 *   are not UTF-8 or a `SecureByteContext`, when code of its own (a getter, a `toJSON`) throws, or when there is
 *   nothing to write
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE` when the JSON is longer than `maxBytes`
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when memory cannot be locked
 * @example
 * const json = serializeJson({ model, messages });
 * const envelope = await json.use((bytes) => sealEnvelope(bytes, routerKey));
 */
export function serializeJson(payload: object, options: SerializeOptions = {}): SecureByteContext {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) {
    throw new InvalidArgumentError('maxBytes', 'must be a positive integer, in bytes');
  }
  const writer = new JsonWriter(maxBytes, options);
  try {
    writePayload(payload, writer);
    const json = writer.finish();
    if (json === undefined) {
      throw new InvalidArgumentError(
        'payload',
        'holds bytes that are not UTF-8 text, or that changed meanwhile',
      );
    }
    return json;
  } finally {
    writer.dispose();
  }
}

function writePayload(payload: object, writer: JsonWriter): void {
  const walk: Walk = { writer, ancestors: [], member: '' };
  try {
    const value = prepare(payload, '');
    if (value === undefined) throw refuse('cannot be expressed as JSON');
    writeValue(value, walk);
  } catch (error) {
    if (error instanceof NomyoError) throw error;
    // An error thrown by a getter or a toJSON may quote the value it was asked for.
    const why =
      error instanceof Refusal ? error.message : 'cannot be read: a getter, a toJSON or a proxy in it failed';
    throw new InvalidArgumentError(nameOf(walk.member), why);
  }
}

/** Names only members whose names cannot be content themselves: of the payload itself, and in the form of the API. */
function nameOf(member: string): string {
  return /^[a-z][a-z_]{0,39}$/u.test(member) ? `payload.${member}` : 'payload';
}

/** @param value a result of {@link prepare} */
function writeValue(value: unknown, walk: Walk): void {
  const { writer, ancestors } = walk;
  if (typeof value === 'string' || isBytes(value)) writer.text(value);
  else if (typeof value === 'number') writeNumber(value, writer);
  else if (typeof value === 'boolean') writer.ascii(value ? 'true' : 'false');
  else if (typeof value === 'bigint') throw refuse('holds a BigInt, which JSON cannot express');
  else if (ArrayBuffer.isView(value)) throw refuse(NO_UINT8ARRAY);
  else if (!hasMembers(value)) writer.ascii('null');
  else {
    if (ancestors.includes(value)) throw refuse('is circular');
    if (ancestors.length === MAX_JSON_DEPTH) throw refuse(`has more than ${String(MAX_JSON_DEPTH)} levels`);
    ancestors.push(value);
    if (Array.isArray(value)) writeArray(value, walk);
    else writeObject(value, walk);
    ancestors.pop();
  }
}

/** `JSON.stringify` turns NaN and the infinities into null, and the service would never know. */
function writeNumber(value: number, writer: JsonWriter): void {
  if (!Number.isFinite(value)) throw refuse('holds NaN or an infinity, which JSON cannot express');
  writer.ascii(String(value));
}

function writeObject(object: Readonly<Record<string, unknown>>, walk: Walk): void {
  const { writer } = walk;
  const isPayload = walk.ancestors.length === 1;
  let before = OPEN_OBJECT;
  for (const key of Object.keys(object)) {
    if (isPayload) walk.member = key;
    const member = prepare(object[key], key);
    if (member === undefined) continue;
    writer.punctuation(before);
    writer.text(key);
    writer.punctuation(COLON);
    writeValue(member, walk);
    before = COMMA;
  }
  if (before === OPEN_OBJECT) {
    refuseHidden(object);
    writer.punctuation(OPEN_OBJECT);
  }
  writer.punctuation(CLOSE_OBJECT);
}

function writeArray(array: readonly unknown[], walk: Walk): void {
  const { writer } = walk;
  writer.punctuation(OPEN_ARRAY);
  const { length } = array;
  for (let i = 0; i < length; i += 1) {
    if (i > 0) writer.punctuation(COMMA);
    writeValue(prepare(array[i], i) ?? null, walk);
  }
  writer.punctuation(CLOSE_ARRAY);
}

/**
 * `JSON.stringify` turns a Map, a Blob or a Promise that nobody awaited into `{}`: their content would be lost
 * silently. They are recognized by their tag, in any realm; an ordinary object without members has none.
 */
function refuseHidden(value: object): void {
  if (isArrayBuffer(value)) throw refuse(NO_UINT8ARRAY);
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (tag !== 'Object') throw refuse(`holds an object of type ${tag}, whose content JSON cannot express`);
}

/**
 * The value that is written in place of this one: the result of its `toJSON`, or the primitive in a wrapper object.
 *
 * @returns `undefined` for values that JSON cannot express: undefined, functions and symbols
 */
function prepare(value: unknown, key: string | number): unknown {
  let prepared = value;
  if (hasMembers(value) && !isBytes(value)) {
    const { toJSON } = value;
    if (typeof toJSON === 'function') prepared = convert(value, toJSON, key);
    // Nearly all objects are plain, and a failed check for an internal slot takes a µs.
    const prototype: unknown = hasMembers(prepared) ? Object.getPrototypeOf(prepared) : undefined;
    if (prototype !== Object.prototype && prototype !== Array.prototype) prepared = unwrap(prepared);
  }
  return typeof prepared === 'function' || typeof prepared === 'symbol' ? undefined : prepared;
}

/** Reports whether JSON.stringify looks for a `toJSON` on this value; it does on a BigInt as well. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'bigint'
  );
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- nothing is known of it
function convert(value: unknown, toJSON: Function, key: string | number): unknown {
  // The toJSON of a SecureByteContext is meant for logs: the word "redacted" would be sent to the service.
  if (isSecureByteContext(value)) throw refuse('holds a SecureByteContext; borrow its bytes instead');
  return Reflect.apply(toJSON, value, [String(key)]);
}

/** ECMA-262 §25.5.2.2, steps 4 and 5: a wrapper object is recognized by its internal slot, in any realm. */
function unwrap(value: unknown): unknown {
  return hasMembers(value) ? heldBy(value) : value;
}

function heldBy(value: unknown): unknown {
  if (succeeds(() => Number.prototype.valueOf.call(value))) return Number(value);
  if (succeeds(() => String.prototype.valueOf.call(value))) return String(value);
  if (succeeds(() => Boolean.prototype.valueOf.call(value))) return Boolean.prototype.valueOf.call(value);
  return succeeds(() => BigInt.prototype.valueOf.call(value)) ? BigInt.prototype.valueOf.call(value) : value;
}

function succeeds(task: () => unknown): boolean {
  try {
    task();
    return true;
  } catch {
    return false;
  }
}
