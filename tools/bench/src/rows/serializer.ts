import { interleave, inTurn } from '../interleave.js';
import { atMost, beside, together, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { startOperations, WITHOUT_ADDON } from './addon.js';

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
    const { time } = await startOperations(workshop, WITHOUT_ADDON);
    const found = await inTurn(SIZES, async ({ id, name, ...load }) => {
      const ways = {
        serializeJson: () => time('serialize', load),
        'JSON.stringify': () => time('stringify', load),
      };
      return beside(id, `${name}, ms`, await interleave(ways, ROUNDS));
    });
    return together(...found);
  },
};
