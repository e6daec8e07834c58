import { describe, expect, it } from '@jest/globals';
import { FlagError, Flags } from '../../src/common/flags.js';

const TABLE = { calls: { default: 100, short: 10, min: 1, max: 1000, help: 'calls in all' } };
const read = (...argv: string[]) => new Flags(TABLE, argv);

describe('Flags', () => {
  it('has defaults, others for short runs, and prefers given values to both', () => {
    expect(read().number('calls')).toBe(100);
    expect(read('--short').number('calls')).toBe(10);
    expect(read('--short', '--calls', '7', '--seed', '5')).toMatchObject({ short: true, seed: 5 });
    expect(read('--short', '--calls=7').number('calls')).toBe(7);
  });

  it('makes a seed when none is given', () => {
    expect(new Set(Array.from({ length: 10 }, () => read().seed)).size).toBeGreaterThan(5);
  });

  it.each([
    ['--calls', '0'],
    ['--calls', '1001'],
    ['--calls', '1e2'],
    ['--seed', '4294967296'],
    ['--x'],
    ['y'],
  ])('refuses %s %s with a sentence', (...argv) => {
    expect(() => read(...argv.filter((argument) => typeof argument === 'string'))).toThrow(FlagError);
  });
});
