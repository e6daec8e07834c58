/** The memory of calls, and the time of large ones. */
import { interleave, mapRecord } from '../interleave.js';
import { answerJson, ONE_KB, sealedSize } from '../payloads.js';
import { atMost, beside, HAND_WRITTEN, list, together, type Row } from '../row.js';
import type { Workshop } from '../workshop.js';
import { BOTH, cpuPerCall, each, inGenerations, measureEach, wallPerCall } from './kit.js';

const MB = 1_000_000;

const SIZES = [
  { id: '1m', name: 'prompt of 1 MB', promptBytes: MB, answerBytes: ONE_KB, calls: 8 },
  { id: '9.5m', name: 'prompt of 9.5 MB', promptBytes: 9.5 * MB, answerBytes: ONE_KB, calls: 2 },
  { id: 'answer-50m', name: 'answer of 50 MB', promptBytes: ONE_KB, answerBytes: 50 * MB, calls: 1 },
];

/** A large prompt, or a large answer. */
type Size = (typeof SIZES)[number];

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
    return measureEach(sizes, async (size) => {
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
    });
  },
};

/** In sealed bodies. A fresh process each time: a heap that has grown once stays large. */
async function peakOf(
  workshop: Workshop,
  { promptBytes, answerBytes }: Size,
  kind: 'ours' | 'reference',
): Promise<number> {
  const client = await workshop.client({ kind, answerBytes });
  if (answerBytes === ONE_KB) await client.ask('load', { calls: 5 });
  const peak = await client.ask('memory', { promptBytes });
  client.stop();
  const sealed = Math.max(sealedSize(promptBytes), sealedSize(answerJson(answerBytes).length));
  return (peak - answerBytes) / sealed;
}

/** Calls of one batch: few enough that what the measurement itself notes down does not count. */
const BATCH = 1000;

/** V8 makes the young generation larger when objects live on, up to semi-spaces of 16 MiB: here it begins there. */
const FULL_YOUNG_GENERATION = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

export const rss: Row = {
  id: 'rss',
  title: 'Memory over many calls',
  about:
    'Resident memory of one process after garbage collection, along 100,000 calls of 1 KB, 16 at once, with RSA-2048.\n' +
    'V8 enlarges the young generation of a process while it runs, and keeps it: the second table begins with one that\n' +
    'has its full size, so that this step is not in it.',
  goals: { rss: atMost('RSS after 100,000 calls', 'after 1,000', 1.05, 1.6) },
  measure: async ({ workshop }) => {
    const points = await along(workshop, []);
    const full = await along(workshop, FULL_YOUNG_GENERATION);
    const [[first = Number.NaN] = [], , [last = Number.NaN] = []] = Object.values(points);
    return {
      figures: { rss: [last / first] },
      tables: [list('calls: RSS, MB', points), list('with a young generation of full size: RSS, MB', full)],
    };
  },
};

/** In MB, after so many calls. */
async function along(workshop: Workshop, nodeArgs: readonly string[]): Promise<Record<string, number[]>> {
  const client = await workshop.client({ kind: 'ours', keySize: 2048, process: { nodeArgs } });
  const points: Record<string, number[]> = {};
  let done = 0;
  for (const calls of [1000, 10_000, 100_000]) {
    for (; done < calls; done += BATCH) await client.ask('load', { calls: BATCH, concurrency: 16 });
    points[`after ${calls.toLocaleString('en-US')}`] = [(await client.ask('rss')) / 1e6];
  }
  client.stop();
  return points;
}
