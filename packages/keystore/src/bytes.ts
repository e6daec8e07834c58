import type { Bytes } from '@nomyo/crypto';

/** Zeroed bytes outside the JavaScript heap, where a secret can be wiped for good. */
export function allocateBytes(length: number): Bytes {
  return new Uint8Array(new ArrayBuffer(length));
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
