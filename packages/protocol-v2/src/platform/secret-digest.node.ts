import { concatBytes, isArrayBuffer, wipe, type Bytes } from '@nomyo/base';

/** A digest that may be a key, in memory of its own: from a pool of Node's it is copied, and wiped there. */
export function secretDigest(digest: Buffer): Bytes {
  const { buffer } = digest;
  if (isArrayBuffer(buffer) && buffer.byteLength === digest.byteLength) return new Uint8Array(buffer);
  const copy = concatBytes(digest);
  wipe(digest);
  return copy;
}
