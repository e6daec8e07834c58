import { describe, expect, it } from '@jest/globals';
import { median, quantile, ratios, summarize } from '../src/stats.js';

describe('quantile', () => {
  it('interpolates between neighbours and does not need order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30], 0.25)).toBe(15);
    expect([0, 1].map((p) => quantile([3, 1, 2], p))).toEqual([1, 3]);
  });

  it('refuses nothing to look at', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('leaves the samples in their order', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });
});

describe('summarize', () => {
  it('names the extremes and the quartiles', () => {
    expect(summarize([5, 1, 2, 3, 4])).toEqual({ n: 5, min: 1, q1: 2, median: 3, q3: 4, max: 5 });
  });
});

describe('ratios', () => {
  it('divides round by round, so that a slow spell cancels out', () => {
    expect(ratios([2, 20], [1, 10])).toEqual([2, 2]);
  });

  it('refuses variants with different numbers of rounds', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});
