import type { Measured } from '../child/load.js';
import { atMost, compare, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, order, runInTurns, startClients } from './common.js';

const SETTINGS = {
  full: { generations: 3, rounds: 8, warmUpMs: 2000, calls: 400 },
  short: { generations: 1, rounds: 1, warmUpMs: 200, calls: 20 },
} as const;

/** What a line about every call costs. */
export const audit: Row = {
  id: 'audit',
  title: 'Audit log',
  about:
    'CPU of a call of 1 KB, eight at once, with and without a line about each in an audit log: hashes of both\n' +
    'ciphertexts, the chain, a write to the file, and no fsync. In several generations of processes.',
  inShort: false,
  goals: [atMost('audit', { what: 'CPU with an audit log', beside: 'without', goal: 1.03, band: 1.3 })],
  measure: async ({ workshop, short }) => {
    const { generations, rounds, warmUpMs, calls } = short ? SETTINGS.short : SETTINGS.full;
    const router = await workshop.router();
    const all: Record<'audited' | 'plain', Measured[]> = { audited: [], plain: [] };
    for (let generation = 0; generation < generations; generation += 1) {
      const file = workshop.path(`audit-${String(generation)}.jsonl`);
      const orders = {
        audited: order('ours', router, { more: { audit: file } }),
        plain: order('ours', router),
      };
      const clients = await startClients(workshop, orders, warmUpMs);
      const measured = await runInTurns(clients, { calls, concurrency: 8, promptBytes: ONE_KB }, rounds);
      for (const name of ['audited', 'plain'] as const) {
        all[name].push(...measured[name]);
        clients[name].stop();
      }
    }
    const [audited, plain] = [all.audited.map(cpuPerCall), all.plain.map(cpuPerCall)];
    return {
      figures: { audit: ratios(audited, plain) },
      tables: [compare('CPU a call, ms', { 'with an audit log': audited, without: plain })],
    };
  },
};
