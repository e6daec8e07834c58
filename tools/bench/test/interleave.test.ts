import { describe, expect, it } from '@jest/globals';
import { interleave } from '../src/interleave.js';

describe('interleave', () => {
  it('turns the order round at every round, and keeps the rounds of each variant in order', async () => {
    const order: string[] = [];
    const variant = (name: string) => () => Promise.resolve(order.push(name));
    const measured = await interleave({ a: variant('a'), b: variant('b') }, 3);
    expect(order.join('')).toBe('abbaab');
    expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
  });
});
