import { describe, expect, it } from '@jest/globals';
import { starvedIn, StarvationMeter } from '../../src/common/starvation.js';

describe('starvedIn()', () => {
  it.each([
    ['a process that slept', { wall: 51, cpu: 1 }, 0],
    ['a process that worked all the time', { wall: 3000, cpu: 2990 }, 0],
    ['a process that worked on several cores', { wall: 100, cpu: 190 }, 0],
    ['a process that was kept waiting', { wall: 3000, cpu: 100 }, 2850],
  ])('of %s', (_, turn, starved) => {
    expect(starvedIn(turn)).toBe(starved);
  });
});

describe('StarvationMeter', () => {
  it('does not mistake its own work for that of others', () => {
    const meter = new StarvationMeter();
    const { user, system } = process.cpuUsage();
    const before = user + system;
    for (;;) {
      const used = process.cpuUsage();
      if (used.user + used.system - before > 300_000) break;
    }
    const stood = meter.total;
    // The process sleeps here, as far as the system is concerned.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    expect(meter.total - stood).toBeGreaterThan(300);
    expect(meter.turns.at(-1)?.ms).toBeGreaterThan(300);
    meter.stop();
  });
});
