import { interleave, inTurn, mapRecord } from '../interleave.js';
import { answerJson, sealedSize } from '../payloads.js';
import {
  atMost,
  beside,
  HAND_WRITTEN,
  list,
  together,
  type Goal,
  type Measurement,
  type Row,
} from '../row.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { BOTH, cpuPerCall, each, inGenerations, order, wallPerCall } from './common.js';

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
    ...{ id: '1m', name: 'prompt of 1 MB', promptBytes: MB, answerBytes: ONE_KB },
    ...{ calls: 8, inShort: true, bands: [2, 6] },
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
    const sizes = SIZES.filter(({ inShort }) => inShort || !short);
    return together(...(await inTurn(sizes, (size) => measureSize(workshop, size, short))));
  },
};

async function measureSize(workshop: Workshop, size: Size, short: boolean): Promise<Measurement> {
  const { rounds, memoryRounds, warmUpMs } = short ? SETTINGS.short : SETTINGS.full;
  const { id, name, answerBytes, promptBytes, calls } = size;
  const runs = await inGenerations(
    workshop,
    mapRecord(BOTH, (kind) => ({ kind, answerBytes })),
    // A large answer needs no warm-up of its own: each call of it takes long enough.
    { rounds, warmUpMs: answerBytes === ONE_KB ? warmUpMs : 1 },
    { concurrency: 1, promptBytes, calls },
  );
  const router = await workshop.router();
  const peaks = await interleave(
    mapRecord(BOTH, (kind) => () => peakOf(workshop, size, router, kind)),
    memoryRounds,
  );
  workshop.stopChildren();
  // A machine that is busy with something else says more about waiting than about work.
  const times = beside(`time-${id}`, `${name}: time, ms`, each(runs, short ? cpuPerCall : wallPerCall));
  const memory = list(`${name}: peak memory, in sealed bodies`, peaks);
  return together(times, { figures: { [`memory-${id}`]: peaks['nomyo-js'] }, tables: [memory] });
}

/** In sealed bodies. A fresh process each time: a heap that has grown once stays large. */
async function peakOf(
  workshop: Workshop,
  { promptBytes, answerBytes }: Size,
  router: RouterProcess,
  kind: 'ours' | 'reference',
): Promise<number> {
  const client = await workshop.client(order(kind, router, { answerBytes }));
  if (answerBytes === ONE_KB) await client.load({ concurrency: 1, promptBytes: ONE_KB, calls: 5 });
  const { before, peak } = await client.memory({ concurrency: 1, promptBytes });
  client.stop();
  const sealed = Math.max(sealedSize(promptBytes), sealedSize(answerJson(answerBytes).length));
  return (peak - before - answerBytes) / sealed;
}
