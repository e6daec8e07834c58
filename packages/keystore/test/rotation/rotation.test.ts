import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Moment } from '@nomyo/base';
import {
  ageOf,
  backoffMs,
  calmOf,
  decideRotation,
  NO_FAILURES,
  type PairInUse,
  type RotationPolicy,
} from '../../src/rotation/rotation.js';
import { believedCreation } from '../../src/believed-creation.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 0, 1);

const daily: RotationPolicy = {
  intervalMs: DAY,
  maxRequests: Infinity,
  rotateLeadMs: 0,
  prepareLeadMs: 60_000,
};
const moment = (wall: number, monotonic: number): Moment => ({ wall: T0 + wall, monotonic });
const fresh: PairInUse = { createdAt: T0, taken: moment(0, 0), served: 0 };

const actionAt = (pair: PairInUse, now: Moment, policy = daily): string =>
  decideRotation(pair, policy, NO_FAILURES, now).action;

describe('age', () => {
  it('counts from creation, not from when this process loaded the pair', () => {
    const restarted = { ...fresh, taken: moment(23 * HOUR, 0) };
    expect(ageOf(restarted, moment(23 * HOUR, 0))).toBe(23 * HOUR);
    expect(ageOf(restarted, moment(24 * HOUR, HOUR))).toBe(DAY);
  });

  it('advances while the timer clock stands still, as on a sleeping machine', () => {
    expect(ageOf(fresh, moment(3 * DAY, HOUR))).toBe(3 * DAY);
  });

  it('advances when the clock is set back', () => {
    expect(ageOf(fresh, moment(-300 * DAY, 2 * HOUR))).toBe(2 * HOUR);
  });

  it('treats a pair from the future as new', () => {
    const future = { ...fresh, createdAt: T0 + 300 * DAY };
    expect(ageOf(future, moment(0, 0))).toBe(0);
    expect(ageOf(future, moment(HOUR, HOUR))).toBe(HOUR);
  });

  it('is never negative', () => {
    const any = fc.integer({ min: -1_000 * DAY, max: 1_000 * DAY });
    fc.assert(
      fc.property(any, any, any, fc.nat(DAY), (created, taken, wall, monotonic) => {
        const pair = { createdAt: T0 + created, taken: moment(taken, 0), served: 0 };
        expect(ageOf(pair, moment(wall, monotonic))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the date of a pair', () => {
  it.each([
    ['is believed in the past', T0 - DAY, T0, T0 - DAY],
    ['is believed while clocks differ a little', T0 + 60_000, T0, T0 + 60_000],
    ['in the future gives way to that of its file', T0 + 300 * DAY, T0 - HOUR, T0 - HOUR],
    ['in the future, as that of its file, says nothing', T0 + 300 * DAY, T0 + DAY, undefined],
    ['in the future, without a file, too', T0 + DAY, undefined, undefined],
  ])('%s', (_name, createdAt, modifiedAt, believed) => {
    expect(believedCreation(createdAt, modifiedAt, T0)).toBe(believed);
  });
});

describe('calm', () => {
  it('lasts as long as nothing is to be done, and not a moment longer', () => {
    const days = fc.integer({ min: -3 * DAY, max: 3 * DAY });
    const policies = fc.record({
      intervalMs: fc.nat(2 * DAY),
      maxRequests: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 50 })),
      rotateLeadMs: fc.nat(HOUR),
      prepareLeadMs: fc.nat(HOUR),
    });
    fc.assert(
      fc.property(policies, days, days, days, fc.nat(3 * DAY), fc.nat(50), (policy, ...numbers) => {
        const [created, taken, wall, monotonic, served] = numbers;
        const pair = { createdAt: T0 + created, taken: moment(taken, 0), served };
        const now = moment(wall, monotonic);
        // Whatever the clocks say, a pair is not younger than new.
        fc.pre(policy.intervalMs === 0 || policy.intervalMs > policy.rotateLeadMs + policy.prepareLeadMs);
        const calm = calmOf(pair, policy);
        const isCalm = served < calm.served && now.wall < calm.wall && now.monotonic < calm.monotonic;
        expect(isCalm).toBe(actionAt(pair, now, policy) === 'keep');
      }),
    );
  });
});

describe('rotation by age', () => {
  it.each([
    ['young', 0, 'keep', DAY - 60_000],
    ['a moment before the lead', DAY - 60_001, 'keep', 1],
    ['in the lead', DAY - 60_000, 'prepare', 60_000],
    ['due', DAY, 'rotate', 1],
    ['long due', 9 * DAY, 'rotate', 1],
  ])('%s', (_name, age, action, lookAgainInMs) => {
    const decision = decideRotation(fresh, daily, NO_FAILURES, moment(age, age));
    expect(decision).toEqual({ action, exhausted: false, lookAgainInMs: Math.min(lookAgainInMs, HOUR) });
  });

  it('never, with an interval of 0', () => {
    const never = { ...daily, intervalMs: 0 };
    expect(decideRotation(fresh, never, NO_FAILURES, moment(9 * DAY, 9 * DAY))).toEqual({
      action: 'keep',
      exhausted: false,
      lookAgainInMs: undefined,
    });
  });

  it('looks again at least every hour, because clocks change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 366 * DAY }), fc.nat(DAY), (intervalMs, age) => {
        const { lookAgainInMs } = decideRotation(
          fresh,
          { ...daily, intervalMs },
          NO_FAILURES,
          moment(age, age),
        );
        expect(lookAgainInMs).toBeGreaterThanOrEqual(1);
        expect(lookAgainInMs).toBeLessThanOrEqual(HOUR);
      }),
    );
  });
});

describe('a clock that jumps', () => {
  /** A process that follows the decisions for ten hours, while the clock jumps as given every ten minutes. */
  const rotationsOf = (jumps: readonly number[]): number => {
    let pair = fresh;
    let offset = 0;
    let rotations = 0;
    for (let minute = 0; minute < 600; minute += 1) {
      if (minute % 10 === 0) offset += jumps[(minute / 10) % Math.max(jumps.length, 1)] ?? 0;
      const now = moment(minute * 60_000 + offset, minute * 60_000);
      if (actionAt(pair, now) !== 'rotate') continue;
      rotations += 1;
      pair = { createdAt: now.wall, taken: now, served: 0 };
    }
    return rotations;
  };

  it('two days forward and back leads to one rotation', () => {
    expect(rotationsOf([2 * DAY, -2 * DAY])).toBe(1);
  });

  it('back and back again leads to no rotation', () => {
    expect(rotationsOf([-DAY])).toBe(0);
  });

  it('leads to at most one rotation per jump, whatever it does', () => {
    const jump = fc.integer({ min: -400 * DAY, max: 400 * DAY });
    fc.assert(
      fc.property(fc.array(jump, { minLength: 1, maxLength: 60 }), (jumps) => {
        expect(rotationsOf(jumps)).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('back by a year leads to none in a service that is started every hour', () => {
    let rotations = 0;
    for (let hour = 0; hour < 100; hour += 1) {
      const now = moment(-365 * DAY + hour * HOUR, 0);
      if (actionAt({ ...fresh, taken: now }, now) === 'rotate') rotations += 1;
    }
    expect(rotations).toBe(0);
  });
});

describe('rotation by requests', () => {
  const ten: RotationPolicy = { intervalMs: 0, maxRequests: 10, rotateLeadMs: 0, prepareLeadMs: 0 };

  it.each([
    [0, 'keep', false],
    [4, 'keep', false],
    [5, 'prepare', false],
    [9, 'prepare', false],
    [10, 'rotate', true],
  ])('%s served', (served, action, exhausted) => {
    const decision = decideRotation({ ...fresh, served }, ten, NO_FAILURES, moment(0, 0));
    expect(decision).toMatchObject({ action, exhausted });
  });

  it('makes the next pair at once when each serves one request', () => {
    expect(actionAt(fresh, moment(0, 0), { ...ten, maxRequests: 1 })).toBe('prepare');
  });
});

describe('after failures', () => {
  const due = moment(2 * DAY, 2 * DAY);

  it('waits, then retries', () => {
    const failures = { count: 1, lastAt: 2 * DAY };
    expect(decideRotation(fresh, daily, failures, due)).toMatchObject({
      action: 'keep',
      lookAgainInMs: 30_000,
    });
    const later = moment(2 * DAY + 30_000, 2 * DAY + 30_000);
    expect(decideRotation(fresh, daily, failures, later).action).toBe('rotate');
  });

  it('waits twice as long each time, up to an hour', () => {
    const delays = [1, 2, 3, 7, 8, 9, 1_000].map((count) => backoffMs(daily, count));
    expect(delays).toEqual([30_000, 60_000, 120_000, 1_920_000, HOUR, HOUR, HOUR]);
  });

  it('never waits longer than the lifetime of a pair', () => {
    expect(backoffMs({ ...daily, intervalMs: 5_000 }, 5)).toBe(5_000);
    expect(backoffMs({ ...daily, intervalMs: 10 }, 5)).toBe(1_000);
  });
});
