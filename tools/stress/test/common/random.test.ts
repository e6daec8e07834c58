import { describe, expect, it } from '@jest/globals';
import { Random } from '../../src/common/random.js';

const numbers = (...parts: (number | string)[]): number[] => {
  const random = new Random(...parts);
  return Array.from({ length: 100 }, () => random.uint32());
};

describe('Random', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    expect(numbers(1, 'a')).toEqual(numbers(1, 'a'));
    const others = [numbers(2, 'a'), numbers(1, 'b'), numbers(1, 'a', 0), numbers(11, 'a')];
    for (const other of others) {
      expect(other.filter((number) => numbers(1, 'a').includes(number))).toEqual([]);
    }
  });

  it('chooses everything there is to choose from', () => {
    const random = new Random('choice');
    const chosen = new Set(Array.from({ length: 500 }, () => random.pick(['a', 'b', 'c', 'd'])));
    expect([...chosen].sort()).toEqual(['a', 'b', 'c', 'd']);
    const below = new Set(Array.from({ length: 500 }, () => random.below(5)));
    expect([...below].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
