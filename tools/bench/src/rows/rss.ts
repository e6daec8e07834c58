import { formatBytes, formatRatio } from '../format.js';
import type { Row } from '../row.js';
import { ONE_KB, type ClientOrder, type Workshop } from '../workshop.js';
import { countFigure, order } from './common.js';

/** After how many calls memory is looked at. */
const STOPS = [1000, 2000, 5000, 10_000, 20_000, 35_000, 50_000, 75_000, 100_000] as const;

/** The same for what shows the reason of a step: it is over by then. */
const STOPS_BESIDE = [1000, 5000, 20_000] as const;

/** Calls of one batch: few enough that what the measurement itself notes down does not count. */
const BATCH = 1000;

const AT_ONCE = 16;
const KEY_SIZE = 2048;

/** V8 makes the young generation larger when objects live on, up to semi-spaces of 16 MiB: here it begins there. */
const FULL_YOUNG_GENERATION = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Whether memory grows with the number of calls. */
export const rss: Row = {
  id: 'rss',
  title: 'Memory over many calls',
  about:
    'Resident memory of one process after garbage collection, along 100,000 calls of 1 KB, 16 at once. RSA-2048, so ' +
    'that it ends in minutes; nothing but the time of a call depends on the key. V8 enlarges the young generation, ' +
    'where new objects lie, while a program runs, and keeps it: the second table shows our client with one that has ' +
    'its full size from the start, so that no step is left in it, and the hand-written client, which has the step too.',
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const settings = { keySize: KEY_SIZE } as const;
    const ours = order('ours', router, settings);
    const points = await along(workshop, ours, STOPS);
    const full = await along(workshop, { ...ours, nodeArgs: FULL_YOUNG_GENERATION }, STOPS_BESIDE);
    const reference = await along(workshop, order('reference', router, settings), STOPS_BESIDE);
    const beside = [
      ...cells(full).map((row) => ['nomyo-js, young generation at its full size', ...row]),
      ...cells(reference).map((row) => ['hand-written', ...row]),
    ];
    const line = points.map(({ calls, bytes }) => [calls, bytes / 1e6] as const);
    const title = 'Resident memory over calls of 1 KB';
    const lines = [{ label: 'nomyo-js', points: line }];
    return {
      figures: [countFigure('rss', (points.at(-1)?.bytes ?? Number.NaN) / firstOf(points))],
      tables: [
        { title: '', head: HEAD, rows: cells(points) },
        { title: 'What the step is', head: ['client', ...HEAD], rows: beside },
      ],
      plots: [{ kind: 'lines', name: 'rss', title, xLabel: 'calls', yLabel: 'MB', lines }],
      notes: [],
    };
  },
};

const HEAD = ['calls', 'RSS', 'beside 1,000 calls', 'of it young generation'] as const;

/** What a process has after that many calls. */
interface Point {
  readonly calls: number;
  readonly bytes: number;
  readonly young: number;
}

async function along(workshop: Workshop, order: ClientOrder, stops: readonly number[]): Promise<Point[]> {
  const client = await workshop.client(order);
  const points: Point[] = [];
  let calls = 0;
  for (const stop of stops) {
    for (; calls < stop; calls += BATCH) {
      await client.load({ calls: BATCH, concurrency: AT_ONCE, promptBytes: ONE_KB });
    }
    points.push({ calls, bytes: await client.rss(), young: await client.youngGeneration() });
  }
  client.stop();
  return points;
}

function firstOf(points: readonly Point[]): number {
  return points[0]?.bytes ?? Number.NaN;
}

function cells(points: readonly Point[]): string[][] {
  return points.map(({ calls, bytes, young }) => [
    calls.toLocaleString('en-US'),
    formatBytes(bytes),
    formatRatio(bytes / firstOf(points)),
    formatBytes(young),
  ]);
}
