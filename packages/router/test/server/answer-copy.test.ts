/** The copy of an answer that is kept for a resend (SPEC section 9). */
import { describe, expect, it } from '@jest/globals';
import { AnswerCopy } from '../../src/server/exchange/answer-copy.js';

const piece = (size: number, byte: number): Uint8Array => new Uint8Array(size).fill(byte);

describe('the copy of an answer', () => {
  it('is the answer, however it was split', () => {
    for (const sizes of [[], [0], [5], [1, 0, 2], [16_384, 1], [100, 16_384, 40_000], [533, 533, 533]]) {
      const copy = new AnswerCopy(100_000);
      const pieces = sizes.map((size, i) => piece(size, i + 1));
      for (const each of pieces) copy.push(each);
      expect(Buffer.compare(Buffer.from(copy.bytes ?? [9]), Buffer.concat(pieces))).toBe(0);
    }
  });

  it('is given up, for good, with the first byte over the limit', () => {
    const copy = new AnswerCopy(10);
    copy.push(piece(10, 1));
    expect(copy.bytes).toHaveLength(10);
    copy.push(piece(1, 2));
    copy.push(piece(1, 3));
    expect(copy.bytes).toBeUndefined();
  });
});
