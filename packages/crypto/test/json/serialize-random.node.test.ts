import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyValue, serialized } from '../support/json.js';

const VALUES = 100_000;

describe('serializeJson', () => {
  it(`writes what JSON.stringify writes for ${String(VALUES)} random values`, () => {
    let compared = 0;
    fc.assert(
      fc.property(anyValue, (value) => {
        compared += 1;
        const wrapped = { value };
        if (serialized(wrapped) !== JSON.stringify(wrapped)) throw new Error('another JSON');
      }),
      { numRuns: VALUES },
    );
    expect(compared).toBe(VALUES);
  });
});
