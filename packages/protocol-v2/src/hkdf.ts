/** HKDF-SHA256 (RFC 5869) over the platform's HMAC. */
import { platform } from '#platform';
import { bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';

const HASH_BYTES = 32;
/** The counter behind `info` that every output up to 32 bytes is made with. */
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
  if (length === HASH_BYTES) return platform.hmacSha256(prk, concatBytes(info, FIRST_BLOCK));
  const blocks: Bytes[] = [];
  for (let i = 1; blocks.length * HASH_BYTES < length; i += 1) {
    const input = concatBytes(blocks.at(-1) ?? bytesOf(), info, bytesOf(i));
    blocks.push(await platform.hmacSha256(prk, input));
    wipe(input);
  }
  const whole = concatBytes(...blocks);
  const out = concatBytes(whole.subarray(0, length));
  for (const block of [...blocks, whole]) wipe(block);
  return out;
}
