import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/crypto/errors';
import fc from 'fast-check';
import { RateLimiter, takeToken, type TokenBucket } from '../src/rate-limit.js';
import { rejection } from './support/peer.js';

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
  it('paces as the service asks: 2 a second, 4 in a second at most', () => {
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

describe('RateLimiter', () => {
  it('lets callers through in their order, at the pace', async () => {
    const limiter = new RateLimiter({ requestsPerSecond: 50, burst: 52 });
    const order: number[] = [];
    const started = performance.now();
    await Promise.all(Array.from({ length: 12 }, (_, i) => limiter.acquire().then(() => order.push(i))));
    expect(order).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(performance.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('lets a waiter go at once when it is aborted; the others lose nothing', async () => {
    const limiter = new RateLimiter({ requestsPerSecond: 10, burst: 10 });
    await limiter.acquire();
    const controller = new AbortController();
    const leaving = [
      rejection(limiter.acquire(controller.signal)),
      rejection(limiter.acquire(controller.signal)),
    ];
    const staying = limiter.acquire();
    controller.abort('gone');
    expect(await Promise.all(leaving)).toEqual(['gone', 'gone']);
    await staying;
    expect(await rejection(limiter.acquire(AbortSignal.abort('no')))).toBe('no');
  });

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
    expect(() => new RateLimiter({ requestsPerSecond, burst })).toThrow(InvalidArgumentError);
  });
});
