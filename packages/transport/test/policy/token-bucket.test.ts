import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import fc from 'fast-check';
import { checkRateLimit } from '../../src/policy/rate-limit.js';
import { takeToken, TokenBudget, type TokenBucket } from '../../src/policy/token-bucket.js';

/** Times, in ms, at which `count` impatient callers are let through. */
function timesOf(limit: { requestsPerSecond: number; burst: number }, count: number): number[] {
  const times: number[] = [];
  let bucket: TokenBucket | undefined;
  for (let now = 0; times.length < count;) {
    const taken = takeToken(bucket, limit, now);
    bucket = taken.bucket;
    if (taken.wait === 0) times.push(now);
    else now += taken.wait;
  }
  return times;
}

describe('takeToken', () => {
  it('paces as the service asks: 2 per second, at most 4 within a second', () => {
    expect(timesOf({ requestsPerSecond: 2, burst: 4 }, 8)).toEqual([0, 0, 500, 1000, 1500, 2000, 2500, 3000]);
  });

  it('never lets more than the burst through in a second, nor more than the rate in the long run', () => {
    const limits = fc
      .record({
        requestsPerSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
        extra: fc.integer({ min: 1, max: 50 }),
      })
      .map(({ requestsPerSecond, extra }) => ({
        requestsPerSecond,
        burst: Math.ceil(requestsPerSecond) + extra,
      }));
    fc.assert(
      fc.property(limits, (limit) => {
        const times = timesOf(limit, 120);
        const inOneSecond = times.map((start) => times.filter((t) => t >= start && t < start + 1000).length);
        expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(limit.burst);
        const seconds = (times.at(-1) ?? 0) / 1000;
        expect(times.length).toBeLessThanOrEqual(limit.burst + limit.requestsPerSecond * seconds + 1);
        // And no slower than it must be.
        expect(seconds).toBeLessThanOrEqual(times.length / limit.requestsPerSecond + times.length / 1000 + 1);
      }),
    );
  });
});

describe('TokenBudget', () => {
  it('is full again once it has regained what was taken', () => {
    let now = 0;
    const budget = new TokenBudget(() => now);
    const limit = { requestsPerSecond: 2, burst: 4 };
    expect(budget.isFull).toBe(true);
    expect([budget.take(limit), budget.take(limit), budget.take(limit)]).toEqual([0, 0, 500]);
    for (const [time, isFull] of [
      [0, false],
      [999, false],
      [1000, true],
    ] as const) {
      now = time;
      expect(budget.isFull).toBe(isFull);
    }
  });

  it('counts the calls of all, each within its own limit', () => {
    let now = 0;
    const budget = new TokenBudget(() => now);
    const [generous, strict] = [
      { requestsPerSecond: 10, burst: 20 },
      { requestsPerSecond: 1, burst: 2 },
    ];
    expect(budget.take(strict)).toBe(0);
    expect(budget.take(strict)).toBe(1000);
    expect(budget.take(generous)).toBe(100);
    now = 100;
    expect([budget.take(generous), budget.take(strict)]).toEqual([0, 1000]);
  });
});

describe('checkRateLimit', () => {
  it.each([
    [0, 4],
    [-1, 4],
    [Number.NaN, 4],
    [Infinity, 4],
    [2, 0],
    [2, 1],
    [2, 2.5],
    [2, Number.NaN],
  ])('refuses %p a second with a burst of %p', (requestsPerSecond, burst) => {
    expect(() => checkRateLimit({ requestsPerSecond, burst })).toThrow(InvalidArgumentError);
  });
});
