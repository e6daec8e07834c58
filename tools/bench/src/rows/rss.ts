import { atMost, list, type Row } from '../row.js';
import type { Workshop } from '../workshop.js';

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
