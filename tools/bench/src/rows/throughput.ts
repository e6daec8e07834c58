import { inTurn } from '../interleave.js';
import { atLeast, beside, HAND_WRITTEN, together, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, each, inGenerations, throughput as perSecond } from './common.js';

const SETTINGS = {
  full: { generations: 4, rounds: 4, ms: 1000, warmUpMs: 5000, levels: [16, 64] },
  short: { generations: 1, rounds: 4, ms: 400, warmUpMs: 500, levels: [16] },
} as const;

/** Calls a second of one process. */
export const throughput: Row = {
  id: 'throughput',
  title: 'Throughput of one process',
  about: 'Calls of 1 KB a second, with 16 and 64 under way; the canned router runs in a process of its own.',
  inShort: true,
  goals: [
    atLeast('throughput-16', { what: 'calls/s, 16 at once', beside: HAND_WRITTEN, goal: 0.97, band: 0.5 }),
    atLeast('throughput-64', { what: 'calls/s, 64 at once', beside: HAND_WRITTEN, goal: 0.97, band: 0.6 }),
  ],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const found = await inTurn(settings.levels, async (concurrency: number) => {
      const load = { concurrency, promptBytes: ONE_KB, ms: settings.ms };
      const runs = await inGenerations(workshop, BOTH, settings, load);
      const title = `${String(concurrency)} at once, calls/s`;
      return beside(`throughput-${String(concurrency)}`, title, each(runs, perSecond));
    });
    return together(...found);
  },
};
