import { interleave, inTurn, mapInTurn, mapRecord } from '../interleave.js';
import { atMost, beside, compare, notMeasured, together, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { startOperations, WITHOUT_ADDON, withAddon } from './addon.js';
import { each, inGenerations, wallPerCall } from './common.js';

const ROUNDS = 20;
const LOAD = { concurrency: 1, promptBytes: ONE_KB, ms: 400 } as const;
const WARM_UP_MS = 2000;
const MB = 1_000_000;

const OPERATIONS = [
  { title: 'seal 1 KB, ms', name: 'seal', bytes: ONE_KB, times: 300 },
  { title: 'seal 9.5 MB, ms', name: 'seal', bytes: 9.5 * MB, times: 3 },
  { title: 'open 1 KB, ms', name: 'open', bytes: ONE_KB, times: 40 },
  { title: 'open 9.5 MB, ms', name: 'open', bytes: 9.5 * MB, times: 3 },
] as const;

/** The cost or gain of the addon. */
export const native: Row = {
  id: 'native',
  title: 'With nomyo-native',
  about:
    'The same client, and single operations, with the addon and without it; RSA-4096. Up to 1 MiB, an answer that is\n' +
    'opened without the addon is decrypted under a mask, so that Node leaves no copy of it.',
  inShort: false,
  goals: [
    atMost('native', { what: 'time of a call with nomyo-native', beside: 'without', goal: 1.05, band: 1.3 }),
  ],
  measure: async ({ workshop }) => {
    const options = { 'with the addon': withAddon(workshop), without: WITHOUT_ADDON };
    const operations = await mapInTurn(options, (side) => startOperations(workshop, side));
    if (!operations['with the addon'].locks || operations.without.locks) {
      return notMeasured('nomyo-native is not built here, or could not be left out.');
    }
    const clients = mapRecord(options, (side) => ({ kind: 'ours', ...side }) as const);
    const calls = await inGenerations(workshop, clients, { rounds: ROUNDS, warmUpMs: WARM_UP_MS }, LOAD);
    const tables = await inTurn(OPERATIONS, async ({ title, name, ...load }) => {
      const sides = mapRecord(
        operations,
        ({ time }) =>
          () =>
            time(name, load),
      );
      return compare(title, await interleave(sides, ROUNDS / 2));
    });
    return together(beside('native', 'create() of 1 KB, ms', each(calls, wallPerCall)), {
      figures: {},
      tables,
    });
  },
};
