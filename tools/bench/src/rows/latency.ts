import type { Measured } from '../child/load.js';
import { mapRecord } from '../interleave.js';
import { atMost, HAND_WRITTEN, list, type Row } from '../row.js';
import { median, quantile, ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, inGenerations } from './common.js';

const SETTINGS = {
  full: { generations: 6, rounds: 4, ms: 1000, warmUpMs: 5000 },
  short: { generations: 1, rounds: 4, ms: 600, warmUpMs: 1000 },
} as const;

const KINDS = { ...BOTH, 'network alone': 'network' } as const;

/** The latency of sequential calls beyond the network's. */
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
    const runs = await inGenerations(workshop, KINDS, settings, load);
    const at = (p: number): Record<keyof typeof KINDS, number[]> =>
      mapRecord(runs, (all: readonly Measured[]) =>
        generationsOf(all, settings.rounds).map((latencies) => quantile(latencies, p)),
      );
    const network = median(at(0.5)['network alone']);
    const ratio = (p: number): number[] => {
      const beyond = mapRecord(at(p), (all) => all.map((ms) => ms - network));
      return ratios(beyond['nomyo-js'], beyond[HAND_WRITTEN]);
    };
    const tables = [0.5, 0.9, 0.99].map((p) => list(`p${String(p * 100)}, ms`, at(p)));
    return { figures: { 'latency-p50': ratio(0.5), 'latency-p99': ratio(0.99) }, tables };
  },
};

/** All latencies of each generation. */
function generationsOf(measured: readonly Measured[], rounds: number): number[][] {
  return Array.from({ length: measured.length / rounds }, (_, generation) =>
    measured.slice(generation * rounds, (generation + 1) * rounds).flatMap(({ latencies }) => [...latencies]),
  );
}
