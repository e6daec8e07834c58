import { describe, expect, it } from '@jest/globals';
import { ALL_RULES, MUTANTS, rulesWithout } from '../model/mutants.js';
import { SCENARIOS } from '../model/scenarios.js';
import { search } from '../model/search.js';

describe('the model', () => {
  it.each(Object.values(SCENARIOS))('holds every claim with $name', (scenario) => {
    const { states, broken } = search({ scenario, rules: ALL_RULES });
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(3);
  });

  it.each(MUTANTS)('shows that it fails without "$without": $breaks', ({ without, scenario, breaks }) => {
    const { broken } = search({ scenario: SCENARIOS[scenario], rules: rulesWithout(without) });
    expect(broken?.claim).toBe(breaks);
  });
});
