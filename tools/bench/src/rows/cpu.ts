import type { Measured } from '../child/load.js';
import { formatNumber, formatRatio, formatSpread } from '../format.js';
import type { Rounds } from '../interleave.js';
import type { RowResult, Table } from '../result.js';
import type { Bench, Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, inGenerations, ratioFigure, runInTurns, spreadOf } from './common.js';

const SETTINGS = {
  full: { generations: 5, rounds: 10, ms: 250, warmUpMs: 5000 },
  short: { generations: 1, rounds: 8, ms: 150, warmUpMs: 800 },
} as const;

type Kind = 'ours' | 'reference' | 'undici' | 'openai';

const NAMES: Readonly<Record<Kind, string>> = {
  ours: 'nomyo-js',
  reference: 'hand-written, node:https',
  undici: 'hand-written, undici',
  openai: 'openai (no encryption but TLS)',
};

/** CPU time of all threads of the client process, per call of 1 KB. */
export const cpu: Row = {
  id: 'cpu',
  title: 'CPU of the client per call',
  about:
    'User and system time of all threads of the client process, per call of 1 KB, one call after the other.',
  inShort: true,
  measure: async (bench) => {
    const settings = bench.short ? SETTINGS.short : SETTINGS.full;
    const load = { concurrency: 1, promptBytes: ONE_KB, ms: settings.ms };
    const kinds: readonly Kind[] = bench.short
      ? ['ours', 'reference']
      : ['ours', 'reference', 'undici', 'openai'];
    const measured = await inGenerations(bench.workshop, kinds, settings, (clients) =>
      runInTurns(clients, load, settings.rounds),
    );
    const short = bench.short ? [] : [await shortKeys(bench)];
    return resultOf(kinds, measured, short);
  },
};

function resultOf(
  kinds: readonly Kind[],
  measured: Rounds<Kind, Measured>,
  more: readonly Table[],
): RowResult {
  const cpuOf = (kind: Kind): number[] => measured[kind].map(cpuPerCall);
  const beside = cpuOf('reference');
  const table = {
    title: 'RSA-4096',
    head: ['client', 'CPU per call, ms', 'beside the hand-written one'],
    rows: kinds.map((kind) => [
      NAMES[kind],
      formatSpread(summarize(cpuOf(kind))),
      formatSpread(summarize(ratios(cpuOf(kind), beside)), formatRatio),
    ]),
  };
  const bars = kinds.map((kind) => ({ label: NAMES[kind], ...spreadOf(summarize(cpuOf(kind))) }));
  return {
    figures: [ratioFigure('cpu-1k', cpuOf('ours'), beside)],
    tables: [table, ...more],
    plots: [{ kind: 'bars', name: 'cpu', title: 'CPU of the client per call of 1 KB', unit: 'ms', bars }],
    notes: [],
  };
}

/** With a short key the mathematics shrinks, and everything else shows. */
async function shortKeys({ workshop }: Bench): Promise<Table> {
  const { rounds, ms, warmUpMs } = SETTINGS.full;
  const settings = { generations: 3, warmUpMs, keySize: 2048 } as const;
  const load = { concurrency: 1, promptBytes: ONE_KB, ms };
  const measured = await inGenerations(workshop, ['ours', 'reference'], settings, (clients) =>
    runInTurns(clients, load, rounds),
  );
  const ours = measured.ours.map(cpuPerCall);
  const reference = measured.reference.map(cpuPerCall);
  const beyond = summarize(ours).median - summarize(reference).median;
  return {
    title: 'RSA-2048: the mathematics is smaller, so the rest shows',
    head: ['client', 'CPU per call, ms', 'beside the hand-written one'],
    rows: [
      [
        NAMES.ours,
        formatSpread(summarize(ours)),
        formatSpread(summarize(ratios(ours, reference)), formatRatio),
      ],
      [NAMES.reference, formatSpread(summarize(reference)), formatRatio(1)],
      ['difference', formatNumber(beyond), ''],
    ],
  };
}
