import type { FigureId } from '../goals.js';
import type { Load, Measured } from '../child/load.js';
import type { MemoryUse } from '../child/memory.js';
import { formatBytes, formatRatio, formatSpread } from '../format.js';
import { interleave } from '../interleave.js';
import { answerJson, sealedSize } from '../payloads.js';
import type { Figure, RowResult } from '../result.js';
import type { Bench, Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB, type RouterProcess } from '../workshop.js';
import { cpuPerCall, order, ratioFigure, runInTurns, wallPerCall, warmUp } from './common.js';

/** One size of prompt and answer. */
interface Size {
  readonly name: string;
  readonly promptBytes: number;
  readonly answerBytes: number;
  readonly time: FigureId;
  readonly memory: FigureId;
  /** Calls in one batch. */
  readonly calls: number;
  readonly inShort: boolean;
}

const MB = 1_000_000;

const SIZES: readonly Size[] = [
  {
    name: 'prompt of 1 MB',
    promptBytes: MB,
    answerBytes: ONE_KB,
    time: 'time-1m',
    memory: 'memory-1m',
    calls: 8,
    inShort: true,
  },
  {
    name: 'prompt of 9.5 MB',
    promptBytes: 9.5 * MB,
    answerBytes: ONE_KB,
    time: 'time-9.5m',
    memory: 'memory-9.5m',
    calls: 2,
    inShort: true,
  },
  {
    name: 'answer of 50 MB',
    promptBytes: ONE_KB,
    answerBytes: 50 * MB,
    time: 'time-answer-50m',
    memory: 'memory-answer-50m',
    calls: 1,
    inShort: false,
  },
];

const SETTINGS = {
  full: { rounds: 16, memoryRounds: 5, warmUpMs: 1000 },
  short: { rounds: 4, memoryRounds: 1, warmUpMs: 200 },
} as const;

type Kind = 'ours' | 'reference';

/** Large prompts and answers: time and memory. */
export const large: Row = {
  id: 'large',
  title: 'Large prompts and answers',
  about:
    'Time of a call, and the peak of resident memory during the first large call of a fresh process, beyond what it ' +
    'had before (prompt included) and beyond the text of the answer, divided by the size of the sealed body.',
  inShort: true,
  measure: async (bench) => {
    const figures: Figure[] = [];
    const rows: string[][] = [];
    for (const size of SIZES.filter(({ inShort }) => inShort || !bench.short)) {
      const part = await measureSize(bench, size);
      figures.push(...part.figures);
      rows.push(...part.rows);
      bench.workshop.stopChildren();
    }
    const head = ['what', 'client', 'time of a call, ms', 'ratio', 'peak memory', 'of the sealed body'];
    return { figures, tables: [{ title: 'RSA-4096', head, rows }], plots: [], notes: [] } satisfies RowResult;
  },
};

async function measureSize(bench: Bench, size: Size): Promise<{ figures: Figure[]; rows: string[][] }> {
  const { memoryRounds } = bench.short ? SETTINGS.short : SETTINGS.full;
  const router = await bench.workshop.router(true);
  const times = await measureTime(bench, size, router);
  const peaks = await interleave(
    {
      ours: () => peakOf(bench, size, router, 'ours'),
      reference: () => peakOf(bench, size, router, 'reference'),
    },
    memoryRounds,
  );
  const body = sealedBytes(size);
  // A machine that is busy with something else says more about waiting than about work.
  const cost = bench.short ? cpuPerCall : wallPerCall;
  const perCall = (kind: Kind): number[] => times[kind].map(cost);
  const parts = (kind: Kind): number[] => peaks[kind].map((bytes) => bytes / body);
  const row = (kind: Kind, name: string): string[] => [
    size.name,
    name,
    formatSpread(summarize(perCall(kind))),
    formatSpread(summarize(ratios(perCall(kind), perCall('reference'))), formatRatio),
    formatBytes(summarize(peaks[kind]).median),
    formatSpread(summarize(parts(kind)), formatRatio),
  ];
  return {
    figures: [
      ratioFigure(size.time, perCall('ours'), perCall('reference')),
      { id: size.memory, summary: summarize(parts('ours')) },
    ],
    rows: [row('ours', 'nomyo-js'), row('reference', 'hand-written')],
  };
}

async function measureTime(
  { workshop, short }: Bench,
  { promptBytes, answerBytes, calls }: Size,
  router: RouterProcess,
): Promise<Readonly<Record<Kind, readonly Measured[]>>> {
  const { rounds, warmUpMs } = short ? SETTINGS.short : SETTINGS.full;
  const load: Load = { concurrency: 1, promptBytes, calls };
  const clients = {
    ours: await workshop.client(order('ours', router, { answerBytes })),
    reference: await workshop.client(order('reference', router, { answerBytes })),
  };
  for (const client of [clients.ours, clients.reference]) {
    if (answerBytes === ONE_KB) await warmUp(client, warmUpMs);
    await client.load(load);
  }
  const measured = await runInTurns(clients, load, rounds);
  clients.ours.stop();
  clients.reference.stop();
  return measured;
}

/** In bytes. A fresh process each time: a heap that has grown once stays large. */
async function peakOf(
  { workshop }: Bench,
  { promptBytes, answerBytes }: Size,
  router: RouterProcess,
  kind: Kind,
): Promise<number> {
  const client = await workshop.client(order(kind, router, { answerBytes }));
  if (answerBytes === ONE_KB) await client.load({ concurrency: 1, promptBytes: ONE_KB, calls: 5 });
  const { before, peak }: MemoryUse = await client.memory({ concurrency: 1, promptBytes });
  client.stop();
  return peak - before - answerBytes;
}

function sealedBytes({ promptBytes, answerBytes }: Size): number {
  return Math.max(sealedSize(promptBytes), sealedSize(answerJson(answerBytes).length));
}
