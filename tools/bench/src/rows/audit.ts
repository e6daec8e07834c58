import { atMost, beside, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, each, inGenerations } from './common.js';

const SETTINGS = {
  full: { generations: 3, rounds: 8, warmUpMs: 2000, calls: 400 },
  short: { generations: 1, rounds: 1, warmUpMs: 200, calls: 20 },
} as const;

/** The cost of a line in the audit log for every call. */
export const audit: Row = {
  id: 'audit',
  title: 'Audit log',
  about:
    'CPU of a call of 1 KB, eight at once, with and without a line about each in an audit log: hashes of both\n' +
    'ciphertexts, the chain, a write to the file, and no fsync. In several generations of processes.',
  inShort: false,
  goals: [atMost('audit', { what: 'CPU with an audit log', beside: 'without', goal: 1.03, band: 1.3 })],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const clients = {
      'with an audit log': { kind: 'ours', more: { audit: workshop.path('audit.jsonl') } },
      without: 'ours',
    } as const;
    const load = { calls: settings.calls, concurrency: 8, promptBytes: ONE_KB };
    const runs = await inGenerations(workshop, clients, settings, load);
    return beside('audit', 'CPU a call, ms', each(runs, cpuPerCall));
  },
};
