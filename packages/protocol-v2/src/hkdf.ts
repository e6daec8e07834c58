/** HKDF-SHA256 (RFC 5869) over the platform's HMAC. */
import { platform } from '#platform';
import { bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';

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
  const blocks: Bytes[] = [];
  for (let i = 1; blocks.length * 32 < length; i += 1) {
    const input = concatBytes(blocks.at(-1) ?? bytesOf(), info, bytesOf(i));
    blocks.push(await platform.hmacSha256(prk, input));
    wipe(input);
  }
  const whole = concatBytes(...blocks);
  const out = concatBytes(whole.subarray(0, length));
  for (const block of [...blocks, whole]) wipe(block);
  return out;
}
