import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../src/part.js';
import { atLeast, atMost, judge } from '../src/row.js';
import { cpu as cpuRow } from '../src/rows/cpu.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';
import { partOf } from './support.js';

const GOALS = ROWS.flatMap(({ goals }) => goals);
const atMostGoal = atMost('x', { what: 'x', beside: 'y', goal: 1.05, band: 1.5 });
const atLeastGoal = atLeast('x', { what: 'x', beside: 'y', goal: 0.97, band: 0.5 });

describe('goals', () => {
  it('are unique by figure, and every row has one', () => {
    expect(new Set(GOALS.map(({ figure }) => figure)).size).toBe(GOALS.length);
    expect(ROWS.filter(({ goals }) => goals.length === 0)).toEqual([]);
  });

  it.each(GOALS)('$figure has a band that is no narrower than the goal', ({ relation, goal, band }) => {
    expect(relation === 'at most' ? band >= goal : band <= goal).toBe(true);
  });

  it.each([
    [atMostGoal, [1.05, 1.06, 9]],
    [atLeastGoal, [0.97, 0.9, 0.1]],
  ])('are met, missed, or out of band', (goal, values) => {
    const verdicts = values.map((value) => judge(goal, summarize([value])));
    expect(verdicts).toEqual(['met', 'missed', 'out of band']);
  });
});

describe('the short mode fails on', () => {
  const row = cpuRow;
  const cpu = (value: number) => partOf('cpu', { 'cpu-1k': summarize([value]) });

  it('figures out of their band, by name', () => {
    expect([1, 1.06, 9].map((value) => failureOf(row, cpu(value)))).toEqual([
      undefined,
      undefined,
      'out of band: cpu-1k',
    ]);
  });

  it('rows that could not be measured', () => {
    expect(failureOf(row, { ...cpu(1), skipped: 'why' })).toBe('cpu: why');
    expect(failureOf(row, undefined)).toBe('cpu: not measured');
  });
});
