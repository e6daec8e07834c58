import { inTurn } from '../interleave.js';
import { atMost, list, type Row, type Table } from '../row.js';
import { ONE_KB, type ClientOrder, type Workshop } from '../workshop.js';
import { order } from './common.js';

const CALLS = [1000, 10_000, 100_000] as const;

/** Calls of one batch: few enough that what the measurement itself notes down does not count. */
const BATCH = 1000;

const MB = 1e6;

/** V8 makes the young generation larger when objects live on, up to semi-spaces of 16 MiB: here it begins there. */
const FULL_YOUNG_GENERATION = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Whether memory grows with the number of calls. */
export const rss: Row = {
  id: 'rss',
  title: 'Memory over many calls',
  about:
    'Resident memory of one process after garbage collection, along 100,000 calls of 1 KB, 16 at once, with RSA-2048.\n' +
    'V8 enlarges the young generation of a process while it runs, and keeps it: the second table begins with one that\n' +
    'has its full size, so that this step is not in it.',
  inShort: false,
  goals: [atMost('rss', { what: 'RSS after 100,000 calls', beside: 'after 1,000', goal: 1.05, band: 1.6 })],
  measure: async ({ workshop }) => {
    const ours = order('ours', await workshop.router(), { keySize: 2048 });
    const points = await along(workshop, ours);
    const full = await along(workshop, { ...ours, nodeArgs: FULL_YOUNG_GENERATION });
    const [first = Number.NaN, , last = Number.NaN] = points;
    return {
      figures: { rss: [last / first] },
      tables: [
        byCalls('calls: RSS, MB', points),
        byCalls('with a young generation of full size: RSS, MB', full),
      ],
    };
  },
};

function byCalls(title: string, points: readonly number[]): Table {
  const lines = CALLS.map((calls, i): [string, number[]] => [
    `after ${calls.toLocaleString('en-US')}`,
    points.slice(i, i + 1),
  ]);
  return list(title, Object.fromEntries(lines));
}

/** In MB, after so many calls. */
async function along(workshop: Workshop, clientOrder: ClientOrder): Promise<number[]> {
  const client = await workshop.client(clientOrder);
  let done = 0;
  const points = await inTurn(CALLS, async (calls) => {
    for (; done < calls; done += BATCH) {
      await client.load({ calls: BATCH, concurrency: 16, promptBytes: ONE_KB });
    }
    return (await client.rss()) / MB;
  });
  client.stop();
  return points;
}
