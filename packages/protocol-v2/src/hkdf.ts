/** HKDF-SHA256 (RFC 5869) over the platform's HMAC. */
import { platform } from '#platform';
import { bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';

const HASH_BYTES = 32;
/** The counter after `info` with which every output up to 32 bytes is made. */
const FIRST_BLOCK = bytesOf(1);

/** RFC 5869 2.2. */
export async function extract(salt: Uint8Array, ikm: Uint8Array): Promise<Bytes> {
  return platform.hmacSha256(salt, ikm);
}

/**
 * RFC 5869 2.3.
 *
 * @param length in bytes, at most 255 · 32
 */
export async function expand(prk: Uint8Array, info: Uint8Array, length: number): Promise<Bytes> {
  if (length <= HASH_BYTES) {
    const block = await platform.hmacSha256(prk, concatBytes(info, FIRST_BLOCK));
    return length === HASH_BYTES ? block : cut(block, length);
  }
  const blocks: Bytes[] = [];
  for (let i = 1; blocks.length * HASH_BYTES < length; i += 1) {
    const input = concatBytes(blocks.at(-1) ?? bytesOf(), info, bytesOf(i));
    blocks.push(await platform.hmacSha256(prk, input));
    wipe(input);
  }
  const whole = concatBytes(...blocks);
  blocks.forEach(wipe);
  return cut(whole, length);
}

/** The first `length` bytes; the rest is wiped with its array. */
function cut(bytes: Bytes, length: number): Bytes {
  const out = concatBytes(bytes.subarray(0, length));
  wipe(bytes);
  return out;
}
