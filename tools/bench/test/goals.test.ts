import { describe, expect, it } from '@jest/globals';
import { atLeast, atMost, judge } from '../src/row.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';

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
