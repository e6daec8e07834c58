import { readNumber, readText } from '../child/read.js';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, compare, type Row, type Table } from '../row.js';
import { ratios } from '../stats.js';
import { WITHOUT_ADDON, withAddon } from './addon.js';
import { DEFAULT_KEY_SIZE } from './common.js';

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

/** What a region of protected memory costs from its beginning to its end. */
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
    const args = [await workshop.keyDir(DEFAULT_KEY_SIZE)];
    const on = await workshop.start('./child/operations-main.js', { ...withAddon(workshop), args });
    const off = await workshop.start('./child/operations-main.js', { ...WITHOUT_ADDON, args });
    if ((await on.ask('protection', null, readText)) !== 'mlock') {
      return { figures: {}, tables: [], skipped: 'nomyo-native is not built here.' };
    }
    const figures: Record<string, readonly number[]> = {};
    const tables: Table[] = [];
    for (const { id, name, bytes, times, beside } of SIZES) {
      const load = { bytes, times };
      const measured = await interleave(
        {
          'with the addon': () => on.ask('contexts', load, readNumber),
          without: () => off.ask('contexts', load, readNumber),
          [BUFFER]: () => off.ask('buffers', load, readNumber),
        },
        ROUNDS,
      );
      const locked = measured['with the addon'];
      figures[id] = beside === BUFFER ? ratios(locked, measured[BUFFER]) : locked;
      tables.push(
        compare(
          `${name}, regions per second`,
          mapRecord(measured, (all) => all.map(perSecond)),
        ),
      );
    }
    return { figures, tables };
  },
};

const perSecond = (ms: number): number => 1000 / ms;
