import { atLeast, compare, HAND_WRITTEN, type Row, type Table } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, inGenerations, throughput as perSecond } from './common.js';

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
    const figures: Record<string, readonly number[]> = {};
    const tables: Table[] = [];
    for (const concurrency of settings.levels) {
      const load = { concurrency, promptBytes: ONE_KB, ms: settings.ms };
      const measured = await inGenerations(workshop, BOTH, settings, load);
      const [ours, reference] = [measured.ours.map(perSecond), measured.reference.map(perSecond)];
      figures[`throughput-${String(concurrency)}`] = ratios(ours, reference);
      const title = `${String(concurrency)} at once, calls/s`;
      tables.push(compare(title, { 'nomyo-js': ours, [HAND_WRITTEN]: reference }));
    }
    return { figures, tables };
  },
};
