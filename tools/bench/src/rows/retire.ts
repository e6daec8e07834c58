import { readNumber, readText } from '../child/read.js';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, compare, type Row, type Table } from '../row.js';
import { WITHOUT_ADDON, withAddon } from './addon.js';
import { DEFAULT_KEY_SIZE } from './common.js';

const ROUNDS = 15;
const KB = 1024;

const SIZES = [
  { id: 'retire-64', name: '64 B', bytes: 64, times: 5000, goal: 0.01, band: 0.1 },
  { id: 'retire-3k', name: '3 KB', bytes: 3 * KB, times: 3000, goal: 0.03, band: 0.3 },
  { id: 'retire-200k', name: '200 KB', bytes: 200 * KB, times: 200, goal: 0.2, band: 2 },
  { id: 'retire-3m', name: '3 MB', bytes: 3 * KB * KB, times: 10, goal: 2, band: 20 },
] as const;

/** What a region of protected memory costs from its beginning to its end. */
export const retire: Row = {
  id: 'retire',
  title: 'A region of protected memory',
  about:
    'Contexts one after the other, each allocated, wiped and given back: with the addon, which locks it and takes the\n' +
    'lock away again, and without. Beside them a Buffer that is filled with zeros and left to the garbage collector.',
  inShort: false,
  goals: SIZES.map(({ id, name, goal, band }) =>
    atMost(id, { what: `a locked region of ${name}, begun and retired`, beside: 'ms', goal, band }),
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
    for (const { id, name, bytes, times } of SIZES) {
      const load = { bytes, times };
      const measured = await interleave(
        {
          'with the addon': () => on.ask('contexts', load, readNumber),
          without: () => off.ask('contexts', load, readNumber),
          'a Buffer': () => off.ask('buffers', load, readNumber),
        },
        ROUNDS,
      );
      figures[id] = measured['with the addon'];
      tables.push(compare(`${name}, regions per second`, mapRecord(measured, (all) => all.map(perSecond))));
    }
    return { figures, tables };
  },
};

const perSecond = (ms: number): number => 1000 / ms;
