import { InvalidArgumentError, NomyoError } from '@nomyo/base';
import { type SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { walkValue } from './walk-value.js';
import { JsonWriter } from './writer.js';

/** How a value is written as JSON. */
export interface SerializeOptions extends SecureByteContextOptions {
  /** Longest JSON, in bytes. Default: 32 MiB, three times what a request may have. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Writes a value as JSON straight into protected memory of exactly the right size: the same bytes as
 * `JSON.stringify`, but no string of the whole, which nobody could wipe. Beyond the strings that the caller made,
 * no copy of any text is left. (A string that was put together with `+` or a template is joined by the engine when it
 * is first read, here or elsewhere: that is the caller's string too.)
 *
 * Wherever the value can hold a string it may hold a `Uint8Array` of UTF-8 text instead, which becomes a JSON
 * string; then no string of it needs to exist at all. The bytes stay the caller's to wipe.
 *
 * As with `JSON.stringify`, `toJSON` is called, `undefined`, functions and symbols are left out of objects and are
 * null in arrays, and lone surrogates are escaped. Every getter, `toJSON` and proxy trap runs once.
 *
 * @param payload at most 500 levels of objects and arrays inside one another
 * @throws {InvalidArgumentError} when it is circular, too deep, holds a BigInt, NaN, an infinity, bytes that are no
 *   UTF-8 or a `SecureByteContext`, when code of its own (a getter, a `toJSON`) throws, or when there is nothing to
 *   write
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE` when the JSON is longer than `maxBytes`
 */
export function serializeJson(payload: object, options: SerializeOptions = {}): SecureByteContext {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const writer = new JsonWriter(checkMaxBytes(maxBytes), options);
  try {
    if (!walkSafely(payload, writer)) throw refuse('is nothing that JSON can express');
    const json = writer.finish();
    if (json === undefined) throw refuse('holds bytes that are no UTF-8 text, or were changed meanwhile');
    return json;
  } finally {
    writer.dispose();
  }
}

function walkSafely(payload: object, writer: JsonWriter): boolean {
  try {
    return walkValue(payload, writer);
  } catch (error) {
    if (error instanceof NomyoError) throw error;
    // What a getter or a toJSON throws may quote what it was asked for.
    throw refuse('cannot be read: a getter, a toJSON or a proxy in it failed');
  }
}

const refuse = (why: string): InvalidArgumentError => new InvalidArgumentError('payload', why);

function checkMaxBytes(maxBytes: number): number {
  if (Number.isSafeInteger(maxBytes) && maxBytes > 0) return maxBytes;
  throw new InvalidArgumentError('maxBytes', 'must be a positive integer of bytes');
}
