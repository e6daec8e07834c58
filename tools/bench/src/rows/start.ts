import { readNumber } from '../child/read.js';
import { runOnce } from '../child/once.js';
import type { ClientKind } from '../clients/client.js';
import { formatRatio, formatSpread } from '../format.js';
import { interleave, type Rounds } from '../interleave.js';
import type { Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import type { RouterProcess, Workshop } from '../workshop.js';
import { order, ratioFigure } from './common.js';

const SETTINGS = { full: { rounds: 15 }, short: { rounds: 4 } } as const;

/** As `import()` takes them, seen from `child/`. */
const MODULES = { ours: 'nomyo-js', openai: 'openai', reference: '../clients/reference/client.js' } as const;

/** From the start of a process to its first answer, and the part of it that is the import. */
export const start: Row = {
  id: 'start',
  title: 'Start',
  about:
    'A new process with a stored, unencrypted RSA-4096 pair: from its start to its first answer, over a new TLS ' +
    'connection; and how long the import of each package takes in a process that has imported nothing else.',
  inShort: true,
  measure: async ({ workshop, short }) => {
    const { rounds } = short ? SETTINGS.short : SETTINGS.full;
    const router = await workshop.router(true);
    const starts = await interleave(
      {
        ours: () => toFirstAnswer(workshop, router, 'ours'),
        reference: () => toFirstAnswer(workshop, router, 'reference'),
      },
      rounds,
    );
    const imports = await interleave(
      {
        ours: () => importTime('ours'),
        openai: () => importTime('openai'),
        reference: () => importTime('reference'),
      },
      rounds,
    );
    return {
      figures: [
        ratioFigure('start', starts.ours, starts.reference),
        ratioFigure('import', imports.ours, imports.openai),
      ],
      tables: [
        {
          title: '',
          head: ['what', 'ms', 'beside the hand-written one'],
          rows: rowsOf(starts, imports),
        },
      ],
      plots: [],
      notes: [],
    };
  },
};

type Kind = 'ours' | 'reference';

function rowsOf(
  starts: Rounds<Kind, number>,
  imports: Rounds<Kind | 'openai', number>,
): readonly (readonly string[])[] {
  const cell = (values: readonly number[]): string => formatSpread(summarize(values));
  const times = (values: readonly number[], beside: readonly number[]): string =>
    formatSpread(summarize(ratios(values, beside)), formatRatio);
  return [
    ['start to first answer, nomyo-js', cell(starts.ours), times(starts.ours, starts.reference)],
    ['start to first answer, hand-written', cell(starts.reference), ''],
    ['import, nomyo-js', cell(imports.ours), times(imports.ours, imports.reference)],
    ['import, openai', cell(imports.openai), times(imports.openai, imports.reference)],
    ['import, hand-written', cell(imports.reference), ''],
  ];
}

async function toFirstAnswer(workshop: Workshop, router: RouterProcess, kind: ClientKind): Promise<number> {
  const config = await workshop.config(order(kind, router));
  const { ms } = await runOnce(new URL('../child/start-main.js', import.meta.url), [JSON.stringify(config)]);
  return ms;
}

async function importTime(module: keyof typeof MODULES): Promise<number> {
  const { output } = await runOnce(new URL('../child/import-main.js', import.meta.url), [MODULES[module]]);
  return readNumber(output);
}
