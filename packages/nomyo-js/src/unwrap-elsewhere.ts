/**
 * A private key that the caller keeps, wherever it is: a foreign source gets a real signal, and may ignore
 * it. Loaded with the first call of a client that was given its `keys`.
 */
import { abortable, isBytes, wipe } from '@nomyo/base';
import { SecureByteContext, type KeySource, type SecureByteContextOptions } from '@nomyo/crypto';
import { APIConnectionTimeoutError, withDeadline } from '@nomyo/transport';
import type { UnwrapLimits } from './keys.js';

/**
 * A source that never answers costs the rest of the attempt's time. What it gives too late is wiped; why it fails is
 * for `openEnvelope` to hide.
 *
 * @throws {APIConnectionTimeoutError} when it takes too long
 * @throws the signal's reason, and whatever the source throws
 */
export async function unwrapElsewhere(
  { signal, timeLeft }: UnwrapLimits,
  keys: KeySource,
  ...[wrapped, memory]: [Uint8Array, SecureByteContextOptions | undefined]
): Promise<Uint8Array | SecureByteContext> {
  const expired = (): Error =>
    new APIConnectionTimeoutError('the option keys did not unwrap the key of the answer in time', {
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
