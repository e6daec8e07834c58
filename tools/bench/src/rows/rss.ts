import { formatBytes, formatRatio } from '../format.js';
import type { Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { countFigure, order } from './common.js';

/** After how many calls memory is looked at. */
const STOPS = [1000, 2000, 5000, 10_000, 20_000, 35_000, 50_000, 75_000, 100_000] as const;

/** Calls of one batch: few enough that what the measurement itself notes down does not count. */
const BATCH = 1000;

const AT_ONCE = 16;
const KEY_SIZE = 2048;

/** Whether memory grows with the number of calls. */
export const rss: Row = {
  id: 'rss',
  title: 'Memory over many calls',
  about:
    'Resident memory of one process after garbage collection, along 100,000 calls of 1 KB, 16 at once. RSA-2048, so ' +
    'that it ends in minutes; nothing but the time of a call depends on the key.',
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const client = await workshop.client(order('ours', router, { keySize: KEY_SIZE }));
    const points: (readonly [number, number])[] = [];
    let done = 0;
    for (const stop of STOPS) {
      for (; done < stop; done += BATCH) {
        await client.load({ calls: BATCH, concurrency: AT_ONCE, promptBytes: ONE_KB });
      }
      points.push([done, await client.rss()]);
    }
    const first = points[0]?.[1] ?? Number.NaN;
    const last = points.at(-1)?.[1] ?? Number.NaN;
    const rows = points.map(([calls, bytes]) => [
      calls.toLocaleString('en-US'),
      formatBytes(bytes),
      formatRatio(bytes / first),
    ]);
    const lines = [
      { label: 'nomyo-js', points: points.map(([calls, bytes]) => [calls, bytes / 1e6] as const) },
    ];
    const title = 'Resident memory over calls of 1 KB';
    return {
      figures: [countFigure('rss', last / first)],
      tables: [{ title: '', head: ['calls', 'RSS', 'beside 1,000 calls'], rows }],
      plots: [{ kind: 'lines', name: 'rss', title, xLabel: 'calls', yLabel: 'MB', lines }],
      notes: [],
    };
  },
};
