import { atMost, compare, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB, type Workshop } from '../workshop.js';
import { cpuPerCall, inGenerations, order, runInTurns, startClients, wallPerCall } from './common.js';

const CREATE = 'create()';
const LONG_ANSWER = 400_000;

const SETTINGS = {
  full: { generations: 3, rounds: 20, ms: 250, warmUpMs: 3000, longRounds: 24, longCalls: 6 },
  short: { generations: 1, rounds: 6, ms: 150, warmUpMs: 500, longRounds: 4, longCalls: 3 },
} as const;

/** What `nomyo-js/fetch` costs beyond the client behind it. */
export const adapter: Row = {
  id: 'adapter',
  title: 'The fetch adapter',
  about:
    'CPU of a call of 1 KB through createSecureFetch(), JSON of the request and answer included; and the time until the\n' +
    'first words of a streamed answer of 400 kB can be read, beside the time of the whole answer by create().',
  inShort: false,
  goals: [
    atMost('adapter-cpu', { what: 'adapter: CPU of a call of 1 KB', beside: CREATE, goal: 1.05, band: 1.3 }),
    atMost('adapter-words', {
      ...{ what: 'adapter: first words of 400 kB', beside: CREATE, goal: 1.1, band: 1.5 },
    }),
  ],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const load = { concurrency: 1, promptBytes: ONE_KB, ms: settings.ms };
    const kinds = { adapter: 'adapter', create: 'ours' } as const;
    const measured = await inGenerations(workshop, kinds, settings, load);
    const [cpu, beside] = [measured.adapter.map(cpuPerCall), measured.create.map(cpuPerCall)];
    const { words, create } = await firstWords(workshop, settings);
    return {
      figures: { 'adapter-cpu': ratios(cpu, beside), 'adapter-words': ratios(words, create) },
      tables: [
        compare('CPU of a call of 1 KB, ms', { adapter: cpu, [CREATE]: beside }),
        compare('first words of an answer of 400 kB, ms', { adapter: words, [CREATE]: create }),
      ],
    };
  },
};

/** In ms. */
async function firstWords(
  workshop: Workshop,
  { warmUpMs, longRounds, longCalls }: (typeof SETTINGS)['full' | 'short'],
): Promise<Readonly<Record<'words' | 'create', readonly number[]>>> {
  const router = await workshop.router();
  const more = { answerBytes: LONG_ANSWER };
  const orders = { words: order('first words', router, more), create: order('ours', router, more) };
  const clients = await startClients(workshop, orders, warmUpMs);
  const load = { concurrency: 1, promptBytes: ONE_KB, calls: longCalls };
  const measured = await runInTurns(clients, load, longRounds);
  workshop.stopChildren();
  return { words: measured.words.map(wallPerCall), create: measured.create.map(wallPerCall) };
}
