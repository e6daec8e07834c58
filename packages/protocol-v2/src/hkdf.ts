/** HKDF-SHA256 (RFC 5869) over the platform's HMAC. */
import { platform } from '#platform';
import { bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';
import type { Awaitable } from './platform/platform.js';

const HASH_BYTES = 32;
/** The counter after `info` with which every output up to 32 bytes is made. */
const FIRST_BLOCK = bytesOf(1);
const NOTHING = bytesOf();

/** RFC 5869 2.2. */
export function extract(salt: Uint8Array, ikm: Uint8Array): Awaitable<Bytes> {
  return platform.hmacSha256(salt, ikm);
}

/**
 * RFC 5869 2.3.
 *
 * @param length in bytes, at most 255 · 32
 */
export function expand(prk: Uint8Array, info: Uint8Array, length: number): Awaitable<Bytes> {
  return length === HASH_BYTES ? platform.hmacSha256(prk, info, FIRST_BLOCK) : expandOther(prk, info, length);
}

async function expandOther(prk: Uint8Array, info: Uint8Array, length: number): Promise<Bytes> {
  const blocks: Bytes[] = [];
  for (let i = 1; blocks.length * HASH_BYTES < length; i += 1) {
    blocks.push(await platform.hmacSha256(prk, blocks.at(-1) ?? NOTHING, info, bytesOf(i)));
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
