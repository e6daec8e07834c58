/**
 * One request budget for all processes that share an API key, kept in Redis by `rate-limiter-flexible`, which the
 * application installs. Node only.
 *
 * @packageDocumentation
 */
import {
  APIConnectionTimeoutError,
  checkRateLimit,
  connectionError,
  Pacer,
  withDeadline,
  type RateLimit,
} from '@nomyo/transport';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import {
  abortable,
  anInteger,
  anObject,
  aString,
  MAX_TIMER_MS,
  optional,
  refuseUnknown,
  type AbortSignalLike,
} from '@nomyo/base';
import type { SharedRateLimit } from './rate-limit.js';

/** Options of {@link redisRateLimit}. */
export interface RedisRateLimitOptions extends RateLimit {
  /** A client of `ioredis` that the application made, and closes. */
  readonly client: object;
  /** Stands before the names of the keys in Redis, with a colon. Default: `nomyo-rate`. */
  readonly keyPrefix?: string;
  /** For one answer of Redis, in ms. Default: 2000. */
  readonly timeout?: number;
}

/** So many requests at most in each window of so many seconds; one begins with a request, after the other's end. */
export interface RateWindow {
  readonly points: number;
  readonly seconds: number;
}

const OPTIONS: readonly (keyof RedisRateLimitOptions)[] = [
  'client',
  'requestsPerSecond',
  'burst',
  'keyPrefix',
  'timeout',
];

const DEFAULTS = { keyPrefix: 'nomyo-rate', timeoutMs: 2000 } as const;

/**
 * For the option `rateLimit` of a client. Without an answer of Redis nothing is sent: the call fails with an
 * `APIConnectionError`, which is retried like any other.
 *
 * @throws {InvalidArgumentError} on a wrong option
 * @example
 * ```ts
 * const client = new Redis('redis://127.0.0.1');
 * const rateLimit = redisRateLimit({ client, requestsPerSecond: 2, burst: 4 });
 * const nomyo = new SecureChatCompletion({ rateLimit });
 * ```
 */
export function redisRateLimit(options: RedisRateLimitOptions): SharedRateLimit {
  refuseUnknown(anObject('options', options), OPTIONS);
  anObject('client', options.client);
  checkRateLimit(options);
  const timeout = optional('timeout', options.timeout, anInteger(1, MAX_TIMER_MS), DEFAULTS.timeoutMs);
  const { points, seconds } = windowOf(options);
  const limiter = new RateLimiterRedis({
    storeClient: options.client,
    keyPrefix: optional('keyPrefix', options.keyPrefix, aString, DEFAULTS.keyPrefix),
    points,
    duration: seconds,
  });
  // One line an account: of many calls that wait in a process, one asks Redis.
  const pacer = new Pacer<undefined>((account) => ({
    take: (_, signal) => consume(limiter, account, timeout, signal),
    isFull: true,
  }));
  return { acquire: (account, signal) => pacer.acquire(account, undefined, signal) };
}

/**
 * The window that comes nearest to the rate, and the smallest of these. Two windows can meet within one second, so
 * each holds half of the burst at most; Redis counts them in whole seconds.
 */
export function windowOf({ requestsPerSecond, burst }: RateLimit): RateWindow {
  const most = Math.max(1, Math.floor(burst / 2));
  const windows = Array.from({ length: Math.min(most, WINDOWS) }, (_, index) => {
    const points = most - index;
    return { points, seconds: Math.max(1, Math.ceil(points / requestsPerSecond)) };
  });
  return windows.reduce((best, next) => (rateOf(next) >= rateOf(best) ? next : best));
}

/** So many are looked at: whole seconds matter little to windows of more requests than that. */
const WINDOWS = 1000;

const rateOf = ({ points, seconds }: RateWindow): number => points / seconds;

/** @returns 0, or the ms until the next window */
async function consume(
  limiter: RateLimiterRedis,
  account: string,
  timeout: number,
  signal: AbortSignalLike | undefined,
): Promise<number> {
  const expired = (): Error =>
    new APIConnectionTimeoutError(
      `no answer of Redis, which keeps the rate limit, within ${String(timeout)} ms`,
      {
        possiblyExecuted: false,
      },
    );
  try {
    await withDeadline({ timeout, signal, expired }, (ended) => abortable(limiter.consume(account), ended));
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    signal?.throwIfAborted();
    throw connectionError(error, { sent: false, peer: 'Redis, which keeps the rate limit,' });
  }
}
