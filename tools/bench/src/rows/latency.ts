import type { Measured } from '../child/load.js';
import { formatNumber } from '../format.js';
import type { RowResult } from '../result.js';
import type { Row } from '../row.js';
import { median, quantile } from '../stats.js';
import type { Rounds } from '../interleave.js';
import { ONE_KB } from '../workshop.js';
import { inGenerations, ratioFigure, runInTurns } from './common.js';

const SETTINGS = {
  full: { generations: 6, rounds: 4, ms: 1000, warmUpMs: 5000 },
  short: { generations: 1, rounds: 4, ms: 600, warmUpMs: 1000 },
} as const;

type Kind = 'ours' | 'reference' | 'network';

const NAMES: Readonly<Record<Kind, string>> = {
  ours: 'nomyo-js',
  reference: 'hand-written',
  network: 'network alone: the same bytes, TLS, no other cryptography',
};

/** What one call after the other takes beyond the network. */
export const latency: Row = {
  id: 'latency',
  title: 'Latency',
  about:
    'Calls of 1 KB, one after the other. The ratios are of what is left when the median of the network alone is ' +
    'taken off; percentiles are those of one generation of processes, so that they have a spread.',
  inShort: false,
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const load = { concurrency: 1, promptBytes: ONE_KB, ms: settings.ms };
    const measured = await inGenerations(workshop, ['ours', 'reference', 'network'], settings, (clients) =>
      runInTurns(clients, load, settings.rounds),
    );
    return resultOf(measured, settings.generations);
  },
};

function resultOf(measured: Rounds<Kind, Measured>, groups: number): RowResult {
  const latencies = (kind: Kind): number[] => measured[kind].flatMap((round) => [...round.latencies]);
  const network = median(latencies('network'));
  const beyond = (kind: Kind, p: number): number[] =>
    grouped(measured[kind], groups).map((group) => quantile(group, p) - network);
  const kinds: readonly Kind[] = ['ours', 'reference', 'network'];
  const head = ['client', 'calls', 'p50, ms', 'p90, ms', 'p99, ms', 'longest, ms'];
  const rows = kinds.map((kind) => {
    const all = latencies(kind);
    return [
      NAMES[kind],
      String(all.length),
      ...[0.5, 0.9, 0.99, 1].map((p) => formatNumber(quantile(all, p))),
    ];
  });
  return {
    figures: [
      ratioFigure('latency-p50', beyond('ours', 0.5), beyond('reference', 0.5)),
      ratioFigure('latency-p99', beyond('ours', 0.99), beyond('reference', 0.99)),
    ],
    tables: [{ title: 'RSA-4096', head, rows }],
    plots: [],
    notes: [],
  };
}

/** Latencies of rounds that follow each other, in so many groups. */
function grouped(rounds: readonly Measured[], groups: number): number[][] {
  const perGroup = Math.ceil(rounds.length / groups);
  return Array.from({ length: groups }, (_, group) =>
    rounds.slice(group * perGroup, (group + 1) * perGroup).flatMap(({ latencies }) => [...latencies]),
  ).filter((group) => group.length > 0);
}
