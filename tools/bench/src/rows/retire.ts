import { interleave, inTurn } from '../interleave.js';
import { atMost, compare, notMeasured, together, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { startOperations, WITHOUT_ADDON, withAddon } from './addon.js';
import { each } from './common.js';

const ROUNDS = 15;
const KB = 1024;
const BUFFER = 'a Buffer';

/** A Buffer of a few bytes is a piece of a pool, and no measure; of large regions most of the time is for the zeros. */
const SIZES = [
  { id: 'retire-64', name: '64 B', bytes: 64, times: 5000, beside: 'ms', goal: 0.02, band: 0.2 },
  { id: 'retire-3k', name: '3 KB', bytes: 3 * KB, times: 3000, beside: 'ms', goal: 0.03, band: 0.3 },
  { id: 'retire-200k', name: '200 KB', bytes: 200 * KB, times: 200, beside: BUFFER, goal: 10, band: 30 },
  { id: 'retire-3m', name: '3 MB', bytes: 3 * KB * KB, times: 10, beside: BUFFER, goal: 4, band: 12 },
] as const;

/** The cost of a region of protected memory from allocation to release. */
export const retire: Row = {
  id: 'retire',
  title: 'A region of protected memory',
  about:
    'Contexts one after the other, each allocated, wiped and given back: with the addon, which locks it and takes the\n' +
    'lock away again, and without. Beside them a Buffer that is filled with zeros and left to the garbage collector.',
  inShort: false,
  goals: SIZES.map(({ id, name, beside, goal, band }) =>
    atMost(id, { what: `locked region of ${name}, begin to end`, beside, goal, band }),
  ),
  measure: async ({ workshop }) => {
    const on = await startOperations(workshop, withAddon(workshop));
    const off = await startOperations(workshop, WITHOUT_ADDON);
    if (!on.locks) return notMeasured('nomyo-native is not built here.');
    const found = await inTurn(SIZES, async ({ id, name, bytes, times, beside }) => {
      const load = { bytes, times };
      const ways = {
        'with the addon': () => on.time('contexts', load),
        without: () => off.time('contexts', load),
        [BUFFER]: () => off.time('buffers', load),
      };
      const rounds = await interleave(ways, ROUNDS);
      const locked = rounds['with the addon'];
      const figure = beside === BUFFER ? ratios(locked, rounds[BUFFER]) : locked;
      const table = compare(
        `${name}, regions per second`,
        each(rounds, (ms) => 1000 / ms),
      );
      return { figures: { [id]: figure }, tables: [table] };
    });
    return together(...found);
  },
};
