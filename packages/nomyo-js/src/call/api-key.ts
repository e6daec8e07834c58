/** The current API key. No error quotes it. */
import { abortable, InvalidArgumentError } from '@nomyo/base';
import { APIConnectionTimeoutError, checkApiKey, withDeadline } from '@nomyo/transport';
import type { CallSignal } from './call-scope.js';
import type { ApiKey } from '../options/options.js';

/**
 * The API key: fixed, or from the caller's function, which may never answer.
 *
 * @param timeout longest wait for the function, in ms
 * @throws {APIConnectionTimeoutError} when the function does not answer in time
 * @throws {InvalidArgumentError} when its result is not an API key
 * @throws the signal's reason, or the error of the function
 */
export async function currentApiKey(
  apiKey: ApiKey | undefined,
  timeout: number,
  signal: CallSignal,
): Promise<string | undefined> {
  if (typeof apiKey !== 'function') return apiKey;
  const expired = (): Error =>
    new APIConnectionTimeoutError(`apiKey() returned no key within ${String(timeout)} ms`, {
      possiblyExecuted: false,
    });
  const key: unknown = await withDeadline({ timeout, signal, expired }, (ended) =>
    abortable(Promise.resolve(apiKey()), ended),
  );
  if (typeof key !== 'string') {
    throw new InvalidArgumentError('apiKey', 'must be a function that returns a string');
  }
  checkApiKey(key);
  return key;
}
