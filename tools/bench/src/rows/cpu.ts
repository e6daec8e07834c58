import { atMost, beside, HAND_WRITTEN, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, cpuPerCall, each, inGenerations } from './common.js';

const SETTINGS = {
  full: { generations: 5, rounds: 10, ms: 250, warmUpMs: 5000 },
  short: { generations: 1, rounds: 8, ms: 150, warmUpMs: 800 },
} as const;

/** CPU time of all threads of the client process, per call of 1 KB. */
export const cpu: Row = {
  id: 'cpu',
  title: 'CPU of a call',
  about: 'User and system time of all threads of the client process, one call of 1 KB after the other.',
  inShort: true,
  goals: [
    atMost('cpu-1k', { what: 'CPU of a create() of 1 KB', beside: HAND_WRITTEN, goal: 1.05, band: 1.5 }),
  ],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const load = { concurrency: 1, promptBytes: ONE_KB, ms: settings.ms };
    const runs = await inGenerations(workshop, BOTH, settings, load);
    return beside('cpu-1k', 'CPU of a call, ms', each(runs, cpuPerCall));
  },
};
