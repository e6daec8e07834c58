/**
 * Bytes on an ordinary `ArrayBuffer`: what WebCrypto takes, and what can be wiped. `Uint8Array<ArrayBuffer>` to
 * TypeScript 5.7 and later, and `Uint8Array` to 5.6, whose arrays have no parameter.
 */
export type Bytes = ReturnType<Uint8Array['slice']>;

/**
 * Zeroed bytes outside the JavaScript heap.
 *
 * Secrets never live in `new Uint8Array(n)`: V8 keeps arrays of up to 64 bytes inside its own heap and copies
 * them out at the first native use, and the copy that stays behind cannot be wiped.
 *
 * @param length in bytes
 */
export function allocateBytes(length: number): Bytes {
  return new Uint8Array(new ArrayBuffer(length));
}

/** These bytes, outside the JavaScript heap. */
export function bytesOf(...values: readonly number[]): Bytes {
  const bytes = allocateBytes(values.length);
  bytes.set(values);
  return bytes;
}

/**
 * Whether `value` is a `Uint8Array`, of whatever realm: one of a `vm` context, a worker's or Jest's is an instance of
 * another class. The getter reads an internal slot, so nothing else can pass for one.
 */
export function isBytes(value: unknown): value is Uint8Array {
  const tag: unknown = Reflect.get(Uint8Array.prototype, Symbol.toStringTag, value);
  return tag === 'Uint8Array';
}

/** Whether `value` is an `ArrayBuffer`, of any realm; a `SharedArrayBuffer` is not one. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const length: unknown = Reflect.get(ArrayBuffer.prototype, 'byteLength', value);
    return length !== undefined;
  } catch {
    return false;
  }
}

/** Overwrites with zeros. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** Cryptographically strong random bytes, from WebCrypto's `getRandomValues`. */
export function randomBytes(length: number): Bytes {
  return globalThis.crypto.getRandomValues(allocateBytes(length));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of a string that is no secret: what a string once held cannot be wiped. */
export function utf8Encode(text: string): Bytes {
  return encoder.encode(text);
}

/** The same, written into `out` from `offset` on, where there is room for it. */
export function utf8EncodeInto(text: string, out: Uint8Array, offset: number): void {
  encoder.encodeInto(text, out.subarray(offset));
}

/**
 * Text of UTF-8 bytes.
 *
 * @throws {TypeError} on bytes that are no UTF-8
 */
export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One array of all parts, in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = allocateBytes(parts.reduce((length, part) => length + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** Whether two arrays hold the same bytes; the time depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  let difference = 0;
  for (let i = 0; i < a.byteLength; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
