/** The API key of the moment. No error quotes it. */
import { abortable, InvalidArgumentError } from '@nomyo/base';
import { APIConnectionTimeoutError, checkApiKey, withDeadline } from '@nomyo/transport';
import type { CallSignal } from './call-scope.js';
import type { ApiKey } from './options.js';

/**
 * Asks the caller's function, which may never answer.
 *
 * @param timeout in ms
 * @throws {APIConnectionTimeoutError} when there is no key in time
 * @throws {InvalidArgumentError} when what comes is no API key
 * @throws the signal's reason, and what the function throws
 */
export async function currentApiKey(
  apiKey: ApiKey | undefined,
  timeout: number,
  signal: CallSignal,
): Promise<string | undefined> {
  if (typeof apiKey !== 'function') return apiKey;
  const expired = (): Error =>
    new APIConnectionTimeoutError(`apiKey() gave no key within ${String(timeout)} ms`, {
      possiblyExecuted: false,
    });
  const key: unknown = await withDeadline({ timeout, signal, expired }, (ended) =>
    abortable(Promise.resolve(apiKey()), ended),
  );
  if (typeof key !== 'string') {
    throw new InvalidArgumentError('apiKey', 'must be a function that gives a string');
  }
  checkApiKey(key);
  return key;
}
