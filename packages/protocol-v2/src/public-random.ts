/** Random bytes that travel in the clear: request ids and nonces of answers. */
import { concatBytes, randomBytes, type Bytes } from '@nomyo/base';

/** Fetched from the system's generator at once, in bytes: asking it costs more than what it gives. */
const POOL_BYTES = 4_096;

let pool: Bytes | undefined;
let used = 0;

/** Each byte is handed out once. For nothing secret: what comes next is in memory before it is asked for. */
export function publicRandomBytes(length: number): Bytes {
  if (pool === undefined || used + length > POOL_BYTES) [pool, used] = [randomBytes(POOL_BYTES), 0];
  used += length;
  return concatBytes(pool.subarray(used - length, used));
}
