import { describe, expect, it } from '@jest/globals';
import { growthOf, judgeFlatness, type Sample } from '../../src/soak/flatness.js';

const MB = 1e6;

/** 40 samples, with what `at` says of the i-th. */
function samplesOf(at: (i: number) => Partial<Sample['resources']>): Sample[] {
  const flat = { rss: 100 * MB, heapUsed: 10 * MB, arrayBuffers: MB, handles: { TCPSocketWrap: 16 } };
  return Array.from({ length: 40 }, (_, i) => ({
    requests: (i + 1) * 1000,
    resources: { ...flat, ...at(i) },
  }));
}

describe('judgeFlatness()', () => {
  it('accepts flat series, an early climb, ups and downs, and rss in a short run', () => {
    expect(judgeFlatness(samplesOf(() => ({})))).toEqual([]);
    expect(judgeFlatness(samplesOf((i) => ({ rss: Math.min(i, 9) * 20 * MB })))).toEqual([]);
    expect(judgeFlatness(samplesOf((i) => ({ heapUsed: (10 + (i % 2)) * MB })))).toEqual([]);
    const short = samplesOf((i) => ({ rss: (100 + i) * MB })).slice(0, 19);
    expect(judgeFlatness(short)).toEqual([]);
    expect(judgeFlatness(samplesOf((i) => ({ handles: { TCPSocketWrap: 14 + (i % 3) } })))).toEqual([]);
  });

  it.each([
    ['rss', (i: number) => ({ rss: (100 + i) * MB })],
    ['heapUsed', (i: number) => ({ heapUsed: (10 + i * 0.1) * MB })],
    ['arrayBuffers', (i: number) => ({ arrayBuffers: (1 + i * 0.1) * MB })],
    ['Timeout', (i: number) => ({ handles: { Timeout: i } })],
    ['FSReqCallback', (i: number) => ({ handles: i > 35 ? { FSReqCallback: 1 } : {} })],
  ])('sees that %s grows', (name, at) => {
    expect(judgeFlatness(samplesOf(at))).toEqual([expect.stringContaining(name)]);
  });
});

describe('growthOf()', () => {
  it('is the rise of the least-squares line', () => {
    expect(
      growthOf([
        [0, 1],
        [1, 3],
        [2, 5],
        [3, 7],
      ]),
    ).toBeCloseTo(6);
    expect(
      growthOf([
        [0, 1],
        [1, 2],
        [2, 1],
        [3, 2],
      ]),
    ).toBeCloseTo(0.6);
    expect(growthOf([[5, 5]])).toBe(0);
  });
});
