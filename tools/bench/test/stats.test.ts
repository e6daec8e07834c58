import { describe, expect, it } from '@jest/globals';
import { interleave } from '../src/interleave.js';
import { quantile, ratios, summarize } from '../src/stats.js';

describe('statistics', () => {
  it('a quantile lies between neighbours, and needs samples, but no order', () => {
    expect([0, 0.5, 1].map((p) => quantile([4, 1, 3, 2], p))).toEqual([1, 2.5, 4]);
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

it('turns change their order at every round, and keep the rounds of each variant in order', async () => {
  const order: string[] = [];
  const measured = await interleave(3, { a: 'A', b: 'B' }, (letter) => Promise.resolve(order.push(letter)));
  expect(order.join('')).toBe('ABBAAB');
  expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});
