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
import type { SharedRateLimit } from './rate-limit/rate-limit.js';

/** Options of {@link redisRateLimit}. */
export interface RedisRateLimitOptions extends RateLimit {
  /** An `ioredis` client that the application created and closes. Required. */
  readonly client: object;
  /** Prefix of the keys in Redis, followed by a colon. Default: `nomyo-rate`. */
  readonly keyPrefix?: string;
  /** Longest wait for an answer from Redis, in ms, 1 to 2^31 - 1. Default: 2000. */
  readonly timeout?: number;
}

/**
 * At most `points` requests in each window of `seconds`. A window begins with the first request after the last one
 * ended.
 */
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
 * Makes a shared budget for the option `rateLimit` of a client. Without an answer from Redis nothing is sent: the call
 * fails with an `APIConnectionError`, which is retried like any other.
 *
 * @throws {InvalidArgumentError} on an invalid option
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
  // One line per account: of many calls that wait in this process, only one asks Redis.
  const pacer = new Pacer<undefined>((account) => ({
    take: (_, signal) => consume(limiter, account, timeout, signal),
    isFull: true,
  }));
  return { acquire: (account, signal) => pacer.acquire(account, undefined, signal) };
}

/**
 * The smallest of the windows that come closest to the rate. Two windows can meet within one second, so each holds at
 * most half of the burst; Redis counts whole seconds.
 */
export function windowOf({ requestsPerSecond, burst }: RateLimit): RateWindow {
  const most = Math.max(1, Math.floor(burst / 2));
  const windows = Array.from({ length: Math.min(most, WINDOWS) }, (_, index) => {
    const points = most - index;
    return { points, seconds: Math.max(1, Math.ceil(points / requestsPerSecond)) };
  });
  return windows.reduce((best, next) => (rateOf(next) >= rateOf(best) ? next : best));
}

/** Number of windows that are considered: for windows of more requests, whole seconds matter little. */
const WINDOWS = 1000;

const rateOf = ({ points, seconds }: RateWindow): number => points / seconds;

/** @returns 0, or the time until the next window, in ms */
async function consume(
  limiter: RateLimiterRedis,
  account: string,
  timeout: number,
  signal: AbortSignalLike | undefined,
): Promise<number> {
  const expired = (): Error =>
    new APIConnectionTimeoutError(
      `no answer from Redis, which keeps the rate limit, within ${String(timeout)} ms`,
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
