import { atMost, beside, together, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, each, inGenerations, wallPerCall } from './common.js';

const CREATE = 'create()';
const LONG_ANSWER = 400_000;

const SETTINGS = {
  full: { generations: 3, rounds: 20, ms: 250, warmUpMs: 3000, longRounds: 24, longCalls: 6 },
  short: { generations: 1, rounds: 6, ms: 150, warmUpMs: 500, longRounds: 4, longCalls: 3 },
} as const;

/** The cost of `nomyo-js/fetch` beyond the client behind it. */
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
      what: 'adapter: first words of 400 kB',
      beside: CREATE,
      goal: 1.1,
      band: 1.5,
    }),
  ],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const { ms, warmUpMs, longRounds, longCalls } = settings;
    const oneByOne = { concurrency: 1, promptBytes: ONE_KB };
    const kinds = { adapter: 'adapter', [CREATE]: 'ours' } as const;
    const calls = await inGenerations(workshop, kinds, settings, { ...oneByOne, ms });
    const words = await inGenerations(
      workshop,
      {
        adapter: { kind: 'first words', answerBytes: LONG_ANSWER },
        [CREATE]: { kind: 'ours', answerBytes: LONG_ANSWER },
      },
      { rounds: longRounds, warmUpMs },
      { ...oneByOne, calls: longCalls },
    );
    return together(
      beside('adapter-cpu', 'CPU of a call of 1 KB, ms', each(calls, cpuPerCall)),
      beside('adapter-words', 'first words of an answer of 400 kB, ms', each(words, wallPerCall)),
    );
  },
};
