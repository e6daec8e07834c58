import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { faultsOf } from '../judge.mjs';
import { LIBRARIES } from '../clients/libraries.mjs';
import { run, SETS } from '../run.mjs';
import { pageOf, sectionOf } from '../table.mjs';

const root = join(import.meta.dirname, '../../..');
const page = join(root, 'docs/compatibility.md');
const known = existsSync(page) ? readFileSync(page, 'utf8') : '';
const { prompt } = JSON.parse(readFileSync(join(root, 'packages/nomyo-js/test/markers.json'), 'utf8'));

const pairs = LIBRARIES.flatMap((library) => SETS.map((set) => ({ set, library })));

describe('every library, today and in the oldest version that we claim', () => {
  let results;
  const sections = () =>
    LIBRARIES.map((library) => ({
      library,
      columns: pairs.filter((pair) => pair.library === library).map((pair) => results.get(pair)),
    }));
  const faults = (pair) => faultsOf(results.get(pair), pair.library, prompt);

  beforeAll(async () => {
    results = await run(pairs, prompt);
    // Whose timers a busy machine has upset gets a second chance, with more of the machine for itself.
    const changed = sections().filter((section) => !known.includes(sectionOf(section)));
    const upset = pairs.filter(
      (pair) => faults(pair).length > 0 || changed.some(({ library }) => library === pair.library),
    );
    for (const [pair, tried] of await run(upset, prompt)) results.set(pair, tried);
  }, 900_000);

  it.each(pairs)('$library.title, $set', (pair) => {
    expect(faults(pair)).toEqual([]);
  });

  it('is as docs/compatibility.md says', () => {
    const found = pageOf(sections());
    // After a change, check the difference and commit it.
    if (found !== known) writeFileSync(page, found);
    expect(found).toBe(known);
  });
});
