/** Keeps calls within the service's limits per API key: clients that share a key share its budget. */
import { checkRateLimit, type RateLimit } from '@nomyo/transport';
import type { CallSignal } from '../call/call-scope.js';
import { loadPart } from '../load-part.js';
import { abortable, anObject, refuseUnknown } from '@nomyo/base';

/** A budget kept outside this process, such as that of `nomyo-js/redis-rate-limit`. */
export interface SharedRateLimit {
  /**
   * Waits until one more request of this account may be sent.
   *
   * @param account name for a router and an API key, which reveals neither
   * @throws the signal's reason, as soon as it is aborted
   */
  acquire(account: string, signal?: AbortSignal): Promise<void>;
}

/** Waits for a turn. */
export type Pace = (apiKey: string | undefined, signal: CallSignal) => Promise<void>;

/** @throws {InvalidArgumentError} on an invalid value */
export function resolveRateLimit(
  rateLimit: RateLimit | SharedRateLimit | false = false,
): RateLimit | SharedRateLimit | undefined {
  if (rateLimit === false) return undefined;
  anObject('rateLimit', rateLimit);
  if (isShared(rateLimit)) return rateLimit;
  refuseUnknown(rateLimit, ['requestsPerSecond', 'burst']);
  checkRateLimit(rateLimit);
  return { ...rateLimit };
}

/** Makes the function that paces a client's calls to this router; `undefined` without a rate limit. */
export function createPace(
  rateLimit: RateLimit | SharedRateLimit | undefined,
  router: URL,
): Pace | undefined {
  if (rateLimit === undefined) return undefined;
  return async (apiKey, signal) => {
    const { accountName, inProcess } = await loadPart(() => import('./pace.js'));
    const account = await accountName(router, apiKey);
    signal.throwIfAborted();
    // A foreign limiter may ignore the signal.
    if (isShared(rateLimit)) await abortable(rateLimit.acquire(account, signal.toAbortSignal()), signal);
    else await inProcess.acquire(account, rateLimit, signal);
  };
}

function isShared(rateLimit: RateLimit | SharedRateLimit): rateLimit is SharedRateLimit {
  return 'acquire' in rateLimit && typeof rateLimit.acquire === 'function';
}
