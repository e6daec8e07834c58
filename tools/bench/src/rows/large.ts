import { interleave, mapRecord } from '../interleave.js';
import { answerJson, ONE_KB, sealedSize } from '../payloads.js';
import {
  atMost,
  beside,
  HAND_WRITTEN,
  list,
  together,
  type Bench,
  type Measurement,
  type Row,
} from '../row.js';
import type { Workshop } from '../workshop.js';
import { BOTH, cpuPerCall, each, inGenerations, measureEach, wallPerCall } from './kit.js';

/** A large prompt, or a large answer. */
interface Size {
  readonly id: string;
  readonly name: string;
  readonly promptBytes: number;
  readonly answerBytes: number;
  /** Calls of one round. */
  readonly calls: number;
}

const MB = 1_000_000;

const SIZES: readonly Size[] = [
  { id: '1m', name: 'prompt of 1 MB', promptBytes: MB, answerBytes: ONE_KB, calls: 8 },
  { id: '9.5m', name: 'prompt of 9.5 MB', promptBytes: 9.5 * MB, answerBytes: ONE_KB, calls: 2 },
  { id: 'answer-50m', name: 'answer of 50 MB', promptBytes: ONE_KB, answerBytes: 50 * MB, calls: 1 },
];

export const large: Row = {
  id: 'large',
  title: 'Large prompts and answers',
  about:
    'Time of a call, and the peak of resident memory during the first large call of a fresh process, beyond what it\n' +
    'had before (prompt included) and beyond the text of the answer, divided by the size of the sealed body.',
  inShort: true,
  goals: {
    'time-1m': atMost('prompt of 1 MB: time', HAND_WRITTEN, 1.1, 2),
    'memory-1m': atMost('prompt of 1 MB: peak memory', 'sealed body', 2.5, 6),
    'time-9.5m': atMost('prompt of 9.5 MB: time', HAND_WRITTEN, 1.1, 2),
    'memory-9.5m': atMost('prompt of 9.5 MB: peak memory', 'sealed body', 2.5, 4),
    'time-answer-50m': atMost('answer of 50 MB: time', HAND_WRITTEN, 1.1, 1.5),
    'memory-answer-50m': atMost('answer of 50 MB: peak memory', 'sealed body', 2.5, 4),
  },
  measure: (bench) => {
    const sizes = SIZES.filter(({ answerBytes }) => !bench.short || answerBytes === ONE_KB);
    return measureEach(sizes, (size) => measureSize(bench, size));
  },
};

async function measureSize(bench: Bench, size: Size): Promise<Measurement> {
  const { id, name, promptBytes, answerBytes, calls } = size;
  const clients = mapRecord(BOTH, (kind) => ({ kind, answerBytes }));
  // A large answer needs no warm-up of its own: each call of it takes long enough.
  const warmUpMs = answerBytes === ONE_KB ? 1000 : 1;
  const runs = await inGenerations(bench, clients, { rounds: 16, warmUpMs, calls, promptBytes });
  const peaks = await interleave(bench.scaled(5), BOTH, (kind) => peakOf(bench.workshop, size, kind));
  // A machine that is busy with something else says more about waiting than about work.
  const times = each(runs, bench.short ? cpuPerCall : wallPerCall);
  return together([
    beside(`time-${id}`, `${name}: time, ms`, times),
    {
      figures: { [`memory-${id}`]: peaks['nomyo-js'] },
      tables: [list(`${name}: peak memory, in sealed bodies`, peaks)],
    },
  ]);
}

/** In sealed bodies. A fresh process each time: a heap that has grown once stays large. */
async function peakOf(
  workshop: Workshop,
  { promptBytes, answerBytes }: Size,
  kind: 'ours' | 'reference',
): Promise<number> {
  const client = await workshop.client({ kind, answerBytes });
  if (answerBytes === ONE_KB) await client.ask('load', { calls: 5 });
  const { before, peak } = await client.ask('memory', { promptBytes });
  client.stop();
  const sealed = Math.max(sealedSize(promptBytes), sealedSize(answerJson(answerBytes).length));
  return (peak - before - answerBytes) / sealed;
}
