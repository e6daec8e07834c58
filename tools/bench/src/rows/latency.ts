import type { Measured } from '../child/load.js';
import { atMost, HAND_WRITTEN, list, type Row } from '../row.js';
import { median, quantile, ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { inGenerations } from './common.js';

const SETTINGS = {
  full: { generations: 6, rounds: 4, ms: 1000, warmUpMs: 5000 },
  short: { generations: 1, rounds: 4, ms: 600, warmUpMs: 1000 },
} as const;

const KINDS = { ours: 'ours', reference: 'reference', network: 'network' } as const;

/** What one call after the other takes beyond the network. */
export const latency: Row = {
  id: 'latency',
  title: 'Latency',
  about:
    'Calls of 1 KB, one after the other. The network alone is the same bytes over TLS without other cryptography; its\n' +
    'median is taken off before the clients are compared. A sample is the percentile of one generation of processes.',
  inShort: false,
  goals: [
    atMost('latency-p50', {
      what: 'latency without network, p50',
      beside: HAND_WRITTEN,
      goal: 1.05,
      band: 1.3,
    }),
    atMost('latency-p99', { what: 'latency without network, p99', beside: HAND_WRITTEN, goal: 1.2, band: 2 }),
  ],
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const load = { concurrency: 1, promptBytes: ONE_KB, ms: settings.ms };
    const measured = await inGenerations(workshop, KINDS, settings, load);
    const at = (kind: keyof typeof KINDS, p: number): number[] =>
      generationsOf(measured[kind], settings.rounds).map((all) => quantile(all, p));
    const network = median(at('network', 0.5));
    const ratio = (p: number): number[] => {
      const [ours, reference] = [at('ours', p), at('reference', p)];
      return ratios(
        ours.map((ms) => ms - network),
        reference.map((ms) => ms - network),
      );
    };
    const tables = [0.5, 0.9, 0.99].map((p) =>
      list(`p${String(p * 100)}, ms`, {
        'nomyo-js': at('ours', p),
        [HAND_WRITTEN]: at('reference', p),
        'network alone': at('network', p),
      }),
    );
    return { figures: { 'latency-p50': ratio(0.5), 'latency-p99': ratio(0.99) }, tables };
  },
};

/** All latencies of each generation. */
function generationsOf(measured: readonly Measured[], rounds: number): number[][] {
  return Array.from({ length: measured.length / rounds }, (_, generation) =>
    measured.slice(generation * rounds, (generation + 1) * rounds).flatMap(({ latencies }) => [...latencies]),
  );
}
