import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfter } from '../../src/answer/retry-after.js';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('parseRetryAfter', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '59' }, 59_000],
    [{ 'retry-after': '60' }, 60_000],
    [{ 'retry-after': '61' }, 61_000],
    [{ 'retry-after': ' 2 ' }, 2000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '1800' }, 1_800_000],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after-ms': '-1', 'retry-after': '9' }, 9000],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:47 GMT' }, 10_000],
    [{ 'retry-after': 'Sunday, 06-Nov-94 08:49:47 GMT' }, 10_000],
    [{ 'retry-after': 'Sun Nov  6 08:49:47 1994' }, 10_000],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, undefined],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:27 GMT' }, undefined],
    [{ 'retry-after': 'Sun, 99 Nov 1994 08:49:47 GMT' }, undefined],
    [{ 'retry-after': 'Xxx, 06 Xxx 1994 08:49:47 GMT' }, undefined],
    [{ 'retry-after': 'tomorrow 1' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '0x10' }, undefined],
    [{ 'retry-after': '1e3' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
    [{ 'retry-after': '1, 2' }, undefined],
    [{}, undefined],
  ])('%j is %p ms', (headers, expected) => {
    expect(parseRetryAfter(headers, NOW)).toBe(expected);
  });

  it('gives a finite time of at least 0, or nothing, for any input', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (seconds, ms) => {
        const time = parseRetryAfter({ 'retry-after': seconds, 'retry-after-ms': ms }, NOW);
        expect(time === undefined || (Number.isFinite(time) && time >= 0)).toBe(true);
      }),
    );
  });
});
