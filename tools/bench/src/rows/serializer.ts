import { readNumber } from '../child/read.js';
import { interleave } from '../interleave.js';
import { atMost, compare, type Row, type Table } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { WITHOUT_ADDON } from './addon.js';
import { DEFAULT_KEY_SIZE } from './common.js';

const ROUNDS = 15;
const MB = 1_000_000;

const SIZES = [
  { id: 'serializer-1k', name: '1 KB', bytes: ONE_KB, times: 5000 },
  { id: 'serializer-1m', name: '1 MB', bytes: MB, times: 20 },
  { id: 'serializer-9.5m', name: '9.5 MB', bytes: 9.5 * MB, times: 3 },
] as const;

/** JSON of a request, straight into protected memory. */
export const serializer: Row = {
  id: 'serializer',
  title: 'JSON of a request',
  about:
    'The serializer writes into protected memory, taken and wiped each time; beside it JSON.stringify and Buffer.from,\n' +
    'which leave copies of the prompt behind.',
  inShort: false,
  goals: SIZES.map(({ id, name }) =>
    atMost(id, { what: `JSON of a request of ${name}`, beside: 'JSON.stringify', goal: 2, band: 4 }),
  ),
  measure: async ({ workshop }) => {
    const args = [await workshop.keyDir(DEFAULT_KEY_SIZE)];
    const child = await workshop.start('./child/operations-main.js', { ...WITHOUT_ADDON, args });
    const figures: Record<string, readonly number[]> = {};
    const tables: Table[] = [];
    for (const { id, name, ...load } of SIZES) {
      const { ours, theirs } = await interleave(
        {
          ours: () => child.ask('serialize', load, readNumber),
          theirs: () => child.ask('stringify', load, readNumber),
        },
        ROUNDS,
      );
      figures[id] = ratios(ours, theirs);
      tables.push(compare(`${name}, ms`, { serializeJson: ours, 'JSON.stringify': theirs }));
    }
    return { figures, tables };
  },
};
