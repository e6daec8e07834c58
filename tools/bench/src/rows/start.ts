import { performance } from 'node:perf_hooks';
import { readNumber } from '../child/read.js';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, beside, HAND_WRITTEN, together, type Row } from '../row.js';
import type { ClientOrder, Workshop } from '../workshop.js';
import { BOTH, order } from './common.js';

const ROUNDS = { full: 15, short: 4 } as const;

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
    const starts = mapRecord(BOTH, (kind) => () => toFirstAnswer(workshop, order(kind, router)));
    const imports = {
      'nomyo-js': () => importTime(workshop, 'nomyo-js'),
      openai: () => importTime(workshop, 'openai'),
    };
    return together(
      beside('start', 'start to first answer, ms', await interleave(starts, rounds)),
      beside('import', 'import, ms', await interleave(imports, rounds)),
    );
  },
};

/** The program says that it is ready once it has its answer. */
async function toFirstAnswer(workshop: Workshop, client: ClientOrder): Promise<number> {
  const config = JSON.stringify(await workshop.config(client));
  const started = performance.now();
  const child = await workshop.child('first answer', config);
  const ms = performance.now() - started;
  child.stop();
  return ms;
}

async function importTime(workshop: Workshop, module: string): Promise<number> {
  const child = await workshop.child('import', module);
  const ms = await child.ask('took', null, readNumber);
  child.stop();
  return ms;
}
