/**
 * Unwraps with a private key that the caller holds. A foreign source gets a real signal, but may ignore it. Loaded with
 * the first call of a client that was given `keys`.
 */
import { abortable, isBytes, wipe } from '@nomyo/base';
import { SecureByteContext, type KeySource, type SecureByteContextOptions } from '@nomyo/crypto';
import { APIConnectionTimeoutError, withDeadline } from '@nomyo/transport';
import type { UnwrapLimits } from './keys.js';

/**
 * Asks the source, for at most the rest of the attempt's time. A key that arrives too late is wiped. `openEnvelope`
 * hides the reason of a failure.
 *
 * @throws {APIConnectionTimeoutError} when the source takes too long
 * @throws the signal's reason, or the error of the source
 */
export async function unwrapElsewhere(
  { signal, timeLeft }: UnwrapLimits,
  keys: KeySource,
  ...[wrapped, memory]: [Uint8Array, SecureByteContextOptions | undefined]
): Promise<Uint8Array | SecureByteContext> {
  const expired = (): Error =>
    new APIConnectionTimeoutError('the keys option did not unwrap the key of the answer in time', {
      possiblyExecuted: true,
      retryable: false,
    });
  return withDeadline({ timeout: Math.max(1, timeLeft()), signal, expired }, async (ended) => {
    const answer = Promise.resolve(keys.unwrap(wrapped, ended, memory));
    try {
      return await abortable(answer, ended);
    } catch (error) {
      void answer.then(wipeLate, () => undefined);
      throw error;
    }
  });
}

function wipeLate(key: Uint8Array | SecureByteContext): void {
  if (key instanceof SecureByteContext) key.dispose();
  else if (isBytes(key)) wipe(key);
}
