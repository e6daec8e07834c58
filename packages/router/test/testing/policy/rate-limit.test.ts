import { describe, expect, it } from '@jest/globals';
import {
  decideRate,
  DEFAULT_RATE_LIMIT,
  NO_HISTORY,
  type RateLimitSettings,
} from '../../../src/testing/policy/rate-limit.js';

/** The fate of requests at these times, in ms. */
function play(times: readonly number[], settings: Partial<RateLimitSettings> = {}): string {
  let history = NO_HISTORY;
  return times
    .map((now) => {
      const decision = decideRate({ ...DEFAULT_RATE_LIMIT, ...settings }, history, now);
      history = decision.history;
      return decision.status === 200 ? 'ok' : `${String(decision.status)}/${String(decision.retryAfter)}`;
    })
    .join(' ');
}

describe('the limit that the service publishes', () => {
  it('lets 2 per second pass forever', () => {
    expect(play(Array.from({ length: 40 }, (_, i) => i * 500))).toBe(Array(40).fill('ok').join(' '));
  });

  it('lets a burst of 4 pass once in 10 seconds', () => {
    expect(play([0, 1, 2, 3, 4])).toBe('ok ok ok ok 429/1');
    expect(play([0, 1, 2, 3, 2000, 2001, 2002, 10_002, 10_003, 10_004, 10_005])).toBe(
      'ok ok ok ok ok ok 429/1 ok ok ok ok',
    );
  });

  it('says in whole seconds when to retry', () => {
    expect(play([0, 900, 901, 902, 903, 1001])).toBe('ok ok ok ok 429/1 ok');
  });

  it('blocks a key that keeps exceeding it for 30 minutes', () => {
    const settings = { refusalsBeforeCoolDown: 2 };
    expect(play([0, 0, 0, 0, 1, 2, 3, 60_000, 1_800_001, 1_800_003], settings)).toBe(
      'ok ok ok ok 429/1 503/1800 503/1800 503/1741 503/1 ok',
    );
  });

  it('forgets refusals after a minute', () => {
    const settings = { refusalsBeforeCoolDown: 2, burst: 1, perSecond: 1 };
    expect(play([0, 1, 61_000, 61_001], settings)).toBe('ok 429/1 ok 429/1');
  });

  it('can be the newer one: 1 per second, bursts of 2, twice in 10 s', () => {
    const settings = { perSecond: 1, burst: 2, burstsPerWindow: 2 };
    expect(play([0, 1, 2, 2000, 2001, 4000, 4001, 6000], settings)).toBe('ok ok 429/1 ok ok ok 429/1 ok');
  });
});
