/** Keeping within a request budget: a token bucket, and a line in front of it. */
import { InvalidArgumentError } from '@nomyo/crypto/errors';
import { sleep } from './abort.js';
import { Gate } from './gate.js';

/** A budget, as services publish it. */
export interface RateLimit {
  /** Requests a second in the long run, above 0. */
  readonly requestsPerSecond: number;
  /** Most requests in any one second: an integer, at least 1 and at least `requestsPerSecond`. */
  readonly burst: number;
}

/** Tokens that were left at a time. */
export interface TokenBucket {
  readonly tokens: number;
  /** In ms. */
  readonly at: number;
}

/** One token was taken when `wait` is 0; otherwise there is one in `wait` ms at the earliest. */
export interface TokenTaken {
  readonly bucket: TokenBucket;
  readonly wait: number;
}

const MS_PER_SECOND = 1000;

/** @throws {InvalidArgumentError} */
export function checkRateLimit({ requestsPerSecond, burst }: RateLimit): void {
  if (!Number.isFinite(requestsPerSecond) || requestsPerSecond <= 0) {
    throw new InvalidArgumentError('rateLimit.requestsPerSecond', 'must be a number above 0');
  }
  if (!Number.isSafeInteger(burst) || burst < Math.max(1, requestsPerSecond)) {
    throw new InvalidArgumentError('rateLimit.burst', 'must be an integer of at least requestsPerSecond');
  }
}

/**
 * Takes a token, if there is one. The bucket holds what a burst has beyond the steady rate, so that both together
 * never exceed `burst` in any one second.
 *
 * @param bucket `undefined`: a full one
 * @param now in ms, of a clock that is never set back
 */
export function takeToken(bucket: TokenBucket | undefined, limit: RateLimit, now: number): TokenTaken {
  const { requestsPerSecond, burst } = limit;
  const capacity = Math.max(1, burst - requestsPerSecond);
  const earned = bucket === undefined ? 0 : ((now - bucket.at) / MS_PER_SECOND) * requestsPerSecond;
  const tokens = Math.min(capacity, (bucket?.tokens ?? capacity) + earned);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, wait: 0 };
  return { bucket: { tokens, at: now }, wait: Math.ceil(((1 - tokens) / requestsPerSecond) * MS_PER_SECOND) };
}

/** Paces calls of one process, first come, first served. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  readonly #line = new Gate(1);
  #bucket: TokenBucket | undefined;

  /**
   * @param now clock in ms that is never set back. Default: `performance.now`
   * @throws {InvalidArgumentError}
   */
  constructor(limit: RateLimit, now: () => number = () => performance.now()) {
    checkRateLimit(limit);
    this.#limit = { ...limit };
    this.#now = now;
  }

  /**
   * Waits until one request may be sent. Who gives up takes nothing.
   *
   * @throws the signal's reason
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    await this.#line.run(async () => {
      for (let wait = this.#take(); wait > 0; wait = this.#take()) await sleep(wait, signal);
    }, signal);
  }

  #take(): number {
    const { bucket, wait } = takeToken(this.#bucket, this.#limit, this.#now());
    this.#bucket = bucket;
    return wait;
  }
}
