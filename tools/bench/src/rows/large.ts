import { interleave, mapRecord } from '../interleave.js';
import { answerJson, sealedSize } from '../payloads.js';
import { atMost, compare, HAND_WRITTEN, list, type Goal, type Row, type Table } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { BOTH, cpuPerCall, order, runInTurns, startClients, wallPerCall } from './common.js';

/** One size of prompt and answer. */
interface Size {
  readonly id: string;
  readonly name: string;
  readonly promptBytes: number;
  readonly answerBytes: number;
  /** Calls of one round. */
  readonly calls: number;
  readonly inShort: boolean;
  readonly bands: readonly [time: number, memory: number];
}

const MB = 1_000_000;

const SIZES: readonly Size[] = [
  {
    id: '1m',
    name: 'prompt of 1 MB',
    promptBytes: MB,
    answerBytes: ONE_KB,
    calls: 8,
    inShort: true,
    bands: [2, 6],
  },
  {
    ...{ id: '9.5m', name: 'prompt of 9.5 MB', promptBytes: 9.5 * MB, answerBytes: ONE_KB },
    ...{ calls: 2, inShort: true, bands: [2, 4] },
  },
  {
    ...{ id: 'answer-50m', name: 'answer of 50 MB', promptBytes: ONE_KB, answerBytes: 50 * MB },
    ...{ calls: 1, inShort: false, bands: [1.5, 4] },
  },
];

const SETTINGS = {
  full: { rounds: 16, memoryRounds: 5, warmUpMs: 1000 },
  short: { rounds: 4, memoryRounds: 1, warmUpMs: 200 },
} as const;

/** Large prompts and answers: time and memory. */
export const large: Row = {
  id: 'large',
  title: 'Large prompts and answers',
  about:
    'Time of a call, and the peak of resident memory during the first large call of a fresh process, beyond what it\n' +
    'had before (prompt included) and beyond the text of the answer, divided by the size of the sealed body.',
  inShort: true,
  goals: SIZES.flatMap(({ id, name, bands: [time, memory] }): Goal[] => [
    atMost(`time-${id}`, { what: `${name}: time`, beside: HAND_WRITTEN, goal: 1.1, band: time }),
    atMost(`memory-${id}`, { what: `${name}: peak memory`, beside: 'sealed body', goal: 2.5, band: memory }),
  ]),
  measure: async ({ workshop, short }) => {
    const figures: Record<string, readonly number[]> = {};
    const tables: Table[] = [];
    for (const size of SIZES.filter(({ inShort }) => inShort || !short)) {
      const { times, peaks } = await measureSize(workshop, size, short);
      figures[`time-${size.id}`] = ratios(times.ours, times.reference);
      figures[`memory-${size.id}`] = peaks.ours;
      tables.push(
        compare(`${size.name}: time, ms`, { 'nomyo-js': times.ours, [HAND_WRITTEN]: times.reference }),
      );
      const memory = { 'nomyo-js': peaks.ours, [HAND_WRITTEN]: peaks.reference };
      tables.push(list(`${size.name}: peak memory, in sealed bodies`, memory));
      workshop.stopChildren();
    }
    return { figures, tables };
  },
};

type Samples = Readonly<Record<keyof typeof BOTH, readonly number[]>>;

async function measureSize(
  workshop: Workshop,
  size: Size,
  short: boolean,
): Promise<{ times: Samples; peaks: Samples }> {
  const { rounds, memoryRounds, warmUpMs } = short ? SETTINGS.short : SETTINGS.full;
  const router = await workshop.router();
  const { answerBytes, promptBytes, calls } = size;
  const orders = mapRecord(BOTH, (kind) => order(kind, router, { answerBytes }));
  // A large answer needs no warm-up of its own: each call of it takes long enough.
  const clients = await startClients(workshop, orders, answerBytes === ONE_KB ? warmUpMs : 1);
  const measured = await runInTurns(clients, { concurrency: 1, promptBytes, calls }, rounds);
  // A machine that is busy with something else says more about waiting than about work.
  const cost = short ? cpuPerCall : wallPerCall;
  const peaks = await interleave(
    mapRecord(BOTH, (kind) => () => peakOf(workshop, size, router, kind)),
    memoryRounds,
  );
  return { times: mapRecord(measured, (all) => all.map(cost)), peaks };
}

/** In sealed bodies. A fresh process each time: a heap that has grown once stays large. */
async function peakOf(
  workshop: Workshop,
  { promptBytes, answerBytes }: Size,
  router: RouterProcess,
  kind: keyof typeof BOTH,
): Promise<number> {
  const client = await workshop.client(order(kind, router, { answerBytes }));
  if (answerBytes === ONE_KB) await client.load({ concurrency: 1, promptBytes: ONE_KB, calls: 5 });
  const { before, peak } = await client.memory({ concurrency: 1, promptBytes });
  client.stop();
  const sealed = Math.max(sealedSize(promptBytes), sealedSize(answerJson(answerBytes).length));
  return (peak - before - answerBytes) / sealed;
}
