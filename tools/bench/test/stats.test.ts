import { describe, expect, it } from '@jest/globals';
import { interleave } from '../src/interleave.js';
import { quantile, ratios, summarize } from '../src/stats.js';

describe('statistics', () => {
  it('a quantile lies between neighbours, needs no order, and leaves the samples alone', () => {
    const samples = [4, 1, 3, 2];
    expect(quantile(samples, 0.5)).toBe(2.5);
    expect(samples).toEqual([4, 1, 3, 2]);
    expect([0, 1].map((p) => quantile([3, 1, 2], p))).toEqual([1, 3]);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('a summary has the quartiles', () => {
    expect(summarize([5, 1, 2, 3, 4])).toEqual({ n: 5, q1: 2, median: 3, q3: 4 });
  });

  it('ratios are those of each round, so that a slow spell cancels out', () => {
    expect(ratios([2, 20], [1, 10])).toEqual([2, 2]);
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});

describe('turns', () => {
  it('change their order at every round, and keep the rounds of each variant in order', async () => {
    const order: string[] = [];
    const variant = (name: string) => () => Promise.resolve(order.push(name));
    const measured = await interleave({ a: variant('a'), b: variant('b') }, 3);
    expect(order.join('')).toBe('abbaab');
    expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
  });
});
