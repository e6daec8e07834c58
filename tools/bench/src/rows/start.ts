import { performance } from 'node:perf_hooks';
import { readNumber } from '../child/read.js';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, compare, HAND_WRITTEN, type Row } from '../row.js';
import { ratios } from '../stats.js';
import type { RouterProcess, Workshop } from '../workshop.js';
import { BOTH, order } from './common.js';

const ROUNDS = { full: 15, short: 4 } as const;

/** As `import()` takes them, seen from `child/`. */
const MODULES = { ours: 'nomyo-js', openai: 'openai' } as const;

/** From the start of a process to its first answer, and the part of it that is the import. */
export const start: Row = {
  id: 'start',
  title: 'Start',
  about:
    'A new process with a stored, unencrypted RSA-4096 pair: from its start to its first answer, over a new TLS\n' +
    'connection; and how long the import of each package takes in a process that has imported nothing else.',
  inShort: true,
  goals: [
    atMost('start', {
      what: 'start of a process to its first answer',
      beside: HAND_WRITTEN,
      goal: 1.15,
      band: 2.2,
    }),
    atMost('import', { what: 'import of the package', beside: 'openai', goal: 1, band: 1.5 }),
  ],
  measure: async ({ workshop, short }) => {
    const rounds = short ? ROUNDS.short : ROUNDS.full;
    const router = await workshop.router();
    const starts = await interleave(
      mapRecord(BOTH, (kind) => () => toFirstAnswer(workshop, router, kind)),
      rounds,
    );
    const imports = await interleave(
      mapRecord(MODULES, (module) => () => importTime(workshop, module)),
      rounds,
    );
    return {
      figures: {
        start: ratios(starts.ours, starts.reference),
        import: ratios(imports.ours, imports.openai),
      },
      tables: [
        compare('start to first answer, ms', { 'nomyo-js': starts.ours, [HAND_WRITTEN]: starts.reference }),
        compare('import, ms', { 'nomyo-js': imports.ours, openai: imports.openai }),
      ],
    };
  },
};

/** The program says that it is ready once it has its answer. */
async function toFirstAnswer(
  workshop: Workshop,
  router: RouterProcess,
  kind: keyof typeof BOTH,
): Promise<number> {
  const config = await workshop.config(order(kind, router));
  const started = performance.now();
  const child = await workshop.start('./child/start-main.js', { args: [JSON.stringify(config)] });
  const ms = performance.now() - started;
  child.stop();
  return ms;
}

async function importTime(workshop: Workshop, module: string): Promise<number> {
  const child = await workshop.start('./child/import-main.js', { args: [module] });
  const ms = await child.ask('took', null, readNumber);
  child.stop();
  return ms;
}
