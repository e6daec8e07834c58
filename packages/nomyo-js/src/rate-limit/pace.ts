/** Rate limits within this process. Loaded with the first call of a client that has one. */
import { Pacer, TokenBudget, type RateLimit } from '@nomyo/transport';

/** The pacer shared by all clients of this process. */
export const inProcess: Pacer<RateLimit> = new Pacer<RateLimit>(() => new TokenBudget());

/** Bytes of the hash in an account's name: among 2^32 accounts, two share a name with a chance of 1 in 2^65. */
const NAME_BYTES = 16;

/**
 * The name of an account: a hash, because names are visible to anyone with access to the store. A random API key of 128
 * bits or more cannot be recovered from it; a guess at a weak one can be confirmed.
 */
export async function accountName({ origin }: URL, apiKey = ''): Promise<string> {
  const text = new TextEncoder().encode(`nomyo rate limit\0${origin}\0${apiKey}`);
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', text));
  return Array.from(hash.subarray(0, NAME_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
