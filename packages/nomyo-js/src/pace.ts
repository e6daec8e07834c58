/** The budgets of this process. Loaded with the first call of a client that has a rate limit. */
import { Pacer, TokenBudget, type RateLimit } from '@nomyo/transport';

/** One for all clients of this process. */
export const inProcess: Pacer<RateLimit> = new Pacer<RateLimit>(() => new TokenBudget());

/** Bytes of a hash that name an account: two of 2^32 accounts share a name with a chance of 1 in 2^65. */
const NAME_BYTES = 16;

/**
 * The name of an account: a hash, because stores show names to everybody who may look. From a random key of 128 bits
 * or more nobody finds the key; whoever guesses a key can see that the guess is right.
 */
export async function accountName({ origin }: URL, apiKey = ''): Promise<string> {
  const text = new TextEncoder().encode(`nomyo rate limit\0${origin}\0${apiKey}`);
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', text));
  return Array.from(hash.subarray(0, NAME_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
