import { InvalidArgumentError } from '@nomyo/base';

/** A rate limit in the form in which services publish it. */
export interface RateLimit {
  /** Requests per second in the long run, above 0. */
  readonly requestsPerSecond: number;
  /** Most requests in any one second: an integer, at least 1 and at least `requestsPerSecond`. */
  readonly burst: number;
}

/** @throws {InvalidArgumentError} on a number out of range */
export function checkRateLimit({ requestsPerSecond, burst }: RateLimit): void {
  if (!Number.isFinite(requestsPerSecond) || requestsPerSecond <= 0) {
    throw new InvalidArgumentError('rateLimit.requestsPerSecond', 'must be a number above 0');
  }
  if (!Number.isSafeInteger(burst) || burst < Math.max(1, requestsPerSecond)) {
    throw new InvalidArgumentError('rateLimit.burst', 'must be an integer of at least requestsPerSecond');
  }
}
