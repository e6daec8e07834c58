import { Refusal } from '../../v1/reply.js';
import { decideRate, NO_HISTORY, type RateHistory, type RateLimitSettings } from './rate-limit.js';

/** Holds the limit for every API key; all who need none share one. */
export class RateLimiter {
  readonly #settings: RateLimitSettings;
  readonly #histories = new Map<string, RateHistory>();

  constructor(settings: RateLimitSettings) {
    this.#settings = settings;
  }

  /**
   * @param now Unix time in ms
   * @throws {Refusal} 429 or 503, with Retry-After in seconds
   */
  check(apiKey: string, now: number): void {
    const decision = decideRate(this.#settings, this.#histories.get(apiKey) ?? NO_HISTORY, now);
    this.#histories.set(apiKey, decision.history);
    if (decision.status === 200) return;
    const why = decision.status === 429 ? 'over the rate limit' : 'this API key is cooling down';
    throw new Refusal(decision.status, why, { 'retry-after': String(decision.retryAfter) });
  }
}
