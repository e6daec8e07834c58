/** A budget of requests for one process, as a token bucket. */
import type { Budget } from './pacer.js';
import type { RateLimit } from './rate-limit.js';

/** The tokens left at a certain time. */
export interface TokenBucket {
  readonly tokens: number;
  /** That time, in ms. */
  readonly at: number;
}

/** If `wait` is 0, one token was taken; otherwise there is one in `wait` ms at the earliest. */
export interface TokenTaken {
  readonly bucket: TokenBucket;
  readonly wait: number;
}

const MS_PER_SECOND = 1000;

/**
 * Takes a token, if there is one. The bucket holds the part of a burst beyond the steady rate, so that both together
 * never exceed `burst` in any one second.
 *
 * @param bucket `undefined`: a full one
 * @param now time of a monotonic clock, in ms
 */
export function takeToken(bucket: TokenBucket | undefined, limit: RateLimit, now: number): TokenTaken {
  const tokens = tokensAt(bucket, limit, now);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, wait: 0 };
  const wait = Math.ceil(((1 - tokens) / limit.requestsPerSecond) * MS_PER_SECOND);
  return { bucket: { tokens, at: now }, wait };
}

function capacityOf({ requestsPerSecond, burst }: RateLimit): number {
  return Math.max(1, burst - requestsPerSecond);
}

function tokensAt(bucket: TokenBucket | undefined, limit: RateLimit, now: number): number {
  const capacity = capacityOf(limit);
  if (bucket === undefined) return capacity;
  const earned = ((now - bucket.at) / MS_PER_SECOND) * limit.requestsPerSecond;
  return Math.min(capacity, bucket.tokens + earned);
}

/** One bucket for callers that may have limits of their own: all take from it, each within its own limit. */
export class TokenBudget implements Budget<RateLimit> {
  readonly #now: () => number;
  #bucket: TokenBucket | undefined;
  #limit: RateLimit | undefined;

  /** @param now monotonic clock, in ms. Default: `performance.now` */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get isFull(): boolean {
    if (this.#limit === undefined) return true;
    return tokensAt(this.#bucket, this.#limit, this.#now()) >= capacityOf(this.#limit);
  }

  take(limit: RateLimit): number {
    const { bucket, wait } = takeToken(this.#bucket, limit, this.#now());
    this.#bucket = bucket;
    this.#limit = limit;
    return wait;
  }
}
