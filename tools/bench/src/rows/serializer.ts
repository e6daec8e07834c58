import { readNumber } from '../child/read.js';
import { formatRatio, formatSpread } from '../format.js';
import type { FigureId } from '../goals.js';
import { interleave } from '../interleave.js';
import type { Shape } from '../payloads.js';
import type { Figure } from '../result.js';
import type { Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { WITHOUT_ADDON } from './addon.js';
import { DEFAULT_KEY_SIZE, ratioFigure } from './common.js';

const ROUNDS = 15;
const MB = 1_000_000;

interface Size {
  readonly name: string;
  readonly bytes: number;
  readonly times: number;
  readonly figure?: FigureId;
  readonly shape?: Shape;
}

const SIZES: readonly Size[] = [
  { name: '1 KB', bytes: ONE_KB, times: 5000, figure: 'serializer-1k' },
  { name: '1 MB', bytes: MB, times: 20, figure: 'serializer-1m' },
  { name: '9.5 MB', bytes: 9.5 * MB, times: 3, figure: 'serializer-9.5m' },
  { name: '1 MB of short strings', bytes: MB, times: 3, shape: 'short strings' },
  { name: '1 MB of escapes', bytes: MB, times: 10, shape: 'escapes' },
  { name: '1 MB of numbers', bytes: MB, times: 3, shape: 'numbers' },
];

/** JSON of a request, straight into protected memory. */
export const serializer: Row = {
  id: 'serializer',
  title: 'JSON of a request',
  about:
    'The serializer writes into protected memory, taken and wiped each time; beside it JSON.stringify and ' +
    'Buffer.from, which leave copies of the prompt behind.',
  inShort: false,
  measure: async ({ workshop }) => {
    const args = [await workshop.keyDir(DEFAULT_KEY_SIZE)];
    const child = await workshop.start('./child/operations-main.js', { ...WITHOUT_ADDON, args });
    const figures: Figure[] = [];
    const rows: string[][] = [];
    for (const { name, figure, ...load } of SIZES) {
      const measured = await interleave(
        {
          ours: () => child.ask('serialize', load, readNumber),
          theirs: () => child.ask('stringify', load, readNumber),
        },
        ROUNDS,
      );
      const { ours, theirs } = measured;
      if (figure !== undefined) figures.push(ratioFigure(figure, ours, theirs));
      const cells = [ours, theirs].map((samples) => formatSpread(summarize(samples)));
      rows.push([name, ...cells, formatSpread(summarize(ratios(ours, theirs)), formatRatio)]);
    }
    const head = ['request', 'serializer, ms', 'JSON.stringify, ms', 'ratio'];
    return { figures, tables: [{ title: '', head, rows }], plots: [], notes: [] };
  },
};
