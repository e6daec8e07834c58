import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../src/part.js';
import { atLeast, atMost, judge } from '../src/row.js';
import { cpu } from '../src/rows/calls.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';
import { partOf } from './support.js';

const GOALS = ROWS.flatMap(({ goals }) => Object.entries(goals));

describe('goals', () => {
  it('are unique by figure, and every row has one', () => {
    expect(new Set(GOALS.map(([figure]) => figure)).size).toBe(GOALS.length);
    expect(ROWS.filter(({ goals }) => Object.keys(goals).length === 0)).toEqual([]);
  });

  it.each(GOALS)('%s has a band that is no narrower than the goal', (_, { relation, goal, band }) => {
    expect(relation === 'at most' ? band >= goal : band <= goal).toBe(true);
  });

  it.each([
    [atMost('x', 'y', 1.05, 1.5), [1.05, 1.06, 9]],
    [atLeast('x', 'y', 0.97, 0.5), [0.97, 0.9, 0.1]],
  ])('are met, missed, or out of band', (goal, values) => {
    const verdicts = values.map((value) => judge(goal, summarize([value])));
    expect(verdicts).toEqual(['met', 'missed', 'out of band']);
  });
});

describe('the short mode fails on', () => {
  const measured = (value: number) => partOf('cpu', { 'cpu-1k': summarize([value]) });

  it('figures out of their band, by name', () => {
    const failures = [1, 1.06, 9].map((value) => failureOf(cpu, measured(value)));
    expect(failures).toEqual([undefined, undefined, 'out of band: cpu-1k']);
  });

  it('rows that could not be measured', () => {
    expect(failureOf(cpu, { ...measured(1), skipped: 'why' })).toBe('cpu: why');
    expect(failureOf(cpu, undefined)).toBe('cpu: not measured');
  });
});
