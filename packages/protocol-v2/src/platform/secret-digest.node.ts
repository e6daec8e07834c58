import { concatBytes, wipe, type Bytes } from '@nomyo/base';

/** A digest that may be a key, in memory of its own: Node's buffer is wiped. */
export function secretDigest(hash: { digest(): Buffer }): Bytes {
  const digest = hash.digest();
  const copy = concatBytes(digest);
  wipe(digest);
  return copy;
}
