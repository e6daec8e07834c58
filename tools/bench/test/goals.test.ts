import { describe, expect, it } from '@jest/globals';
import { GOALS, goalOf, judge } from '../src/goals.js';
import type { Part } from '../src/part.js';
import { failureOf, toRepeat } from '../src/short.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';
import { partOf } from './support.js';

const verdict = (figure: 'cpu-1k' | 'throughput-16', value: number) =>
  judge(goalOf(figure), summarize([value]));

describe('a goal', () => {
  it('stands once for each figure', () => {
    expect(new Set(GOALS.map(({ figure }) => figure)).size).toBe(GOALS.length);
  });

  it.each(GOALS)('$figure has a band that is no narrower than the goal', ({ relation, goal, band }) => {
    expect(relation === 'at most' ? band >= goal : band <= goal).toBe(true);
  });

  it('is met, missed, or out of band', () => {
    expect([1.05, 1.06, 9].map((value) => verdict('cpu-1k', value))).toEqual([
      'met',
      'missed',
      'out of band',
    ]);
    expect([0.97, 0.9, 0.1].map((value) => verdict('throughput-16', value))).toEqual([
      'met',
      'missed',
      'out of band',
    ]);
  });
});

describe('the short mode', () => {
  const good = partOf('cpu', [{ id: 'cpu-1k', summary: summarize([1]) }]);
  const slow = partOf('cpu', [{ id: 'cpu-1k', summary: summarize([1.06]) }]);
  const bad = partOf('cpu', [{ id: 'cpu-1k', summary: summarize([9]) }]);
  const repeated = (part: Part) => toRepeat(ROWS, new Map([[part.row, part]])).map(({ id }) => id);

  it('measures again what is out of its band, and only that', () => {
    expect([repeated(good), repeated(slow), repeated(bad)]).toEqual([[], [], ['cpu']]);
  });

  it('names the figures that failed', () => {
    expect([failureOf(slow), failureOf(bad)]).toEqual([undefined, 'cpu-1k']);
  });

  it('fails on a row that could not be measured', () => {
    const part = { ...good, result: { ...good.result, skipped: 'It failed: why' } };
    expect(failureOf(part)).toBe('It failed: why');
  });
});
