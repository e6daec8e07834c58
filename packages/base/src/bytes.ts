/**
 * Bytes in an ordinary, unshared `ArrayBuffer`, which WebCrypto accepts and which can be wiped. To TypeScript 5.7 and
 * later this is `Uint8Array<ArrayBuffer>`; to 5.6, whose typed arrays have no type parameter, it is `Uint8Array`.
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

/** The given byte values, in memory outside the JavaScript heap. */
export function bytesOf(...values: readonly number[]): Bytes {
  const bytes = allocateBytes(values.length);
  bytes.set(values);
  return bytes;
}

/**
 * Reports whether `value` is a `Uint8Array` of any realm. A `vm` context, a worker and Jest each have a class of their
 * own, which `instanceof` would miss; the getter reads an internal slot, so nothing else can pass.
 */
export function isBytes(value: unknown): value is Uint8Array {
  const tag: unknown = Reflect.get(Uint8Array.prototype, Symbol.toStringTag, value);
  return tag === 'Uint8Array';
}

/** Reports whether `value` is an `ArrayBuffer` of any realm; a `SharedArrayBuffer` is not one. */
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

/** Encodes a string as UTF-8. For text that is not secret: the string itself can never be wiped. */
export function utf8Encode(text: string): Bytes {
  return encoder.encode(text);
}

/** Writes the UTF-8 of `text` into `out` at `offset`, up to the last whole character that fits. */
export function utf8EncodeInto(text: string, out: Uint8Array, offset: number): void {
  encoder.encodeInto(text, out.subarray(offset));
}

/**
 * Decodes UTF-8; a byte order mark is kept.
 *
 * @throws {TypeError} on bytes that are not UTF-8
 */
export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Joins all parts into one array, in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = allocateBytes(parts.reduce((length, part) => length + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** Reports whether two arrays hold the same bytes. The time it takes depends only on their lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  let difference = 0;
  for (let i = 0; i < a.byteLength; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
