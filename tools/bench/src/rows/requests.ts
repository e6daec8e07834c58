import type { Row } from '../row.js';
import type { RouterCounts } from '../router/canned-router.js';
import { ONE_KB } from '../workshop.js';
import { countFigure, order } from './common.js';

const SEQUENTIAL_CALLS = 50;
const AT_ONCE = 40;
const CONCURRENT_CALLS = 200;

/** What reaches the router. */
export const requests: Row = {
  id: 'requests',
  title: 'Requests and connections',
  about: 'Counted by the router: the first call, then one after the other, then 40 at once.',
  inShort: true,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const client = await workshop.client(order('ours', router));
    const counts: RouterCounts[] = [await router.counts()];
    for (const [calls, concurrency] of [
      [1, 1],
      [SEQUENTIAL_CALLS, 1],
      [CONCURRENT_CALLS, AT_ONCE],
    ] as const) {
      await client.load({ calls, concurrency, promptBytes: ONE_KB });
      counts.push(await router.counts());
    }
    const phases = ['until the client is ready', 'first call', 'then 50 calls', 'then 200 calls, 40 at once'];
    const rows = phases.map((phase, i) => [phase, ...countsOf(counts[i], counts[i - 1])]);
    const [, first, then] = counts;
    const requestsAfter = (then?.requests ?? 0) - (first?.requests ?? 0) + fetchesOf(then) - fetchesOf(first);
    const connectionsAfter = (then?.connections ?? 0) - (first?.connections ?? 0);
    return {
      figures: [
        countFigure('requests-per-call', requestsAfter / SEQUENTIAL_CALLS),
        countFigure('connections-after-first', connectionsAfter / SEQUENTIAL_CALLS),
      ],
      tables: [
        { title: '', head: ['phase', 'completions', 'fetches of the router key', 'new connections'], rows },
      ],
      plots: [],
      notes: [],
    };
  },
};

function fetchesOf(counts: RouterCounts | undefined): number {
  return counts?.keyFetches ?? 0;
}

function countsOf(now: RouterCounts | undefined, before: RouterCounts | undefined): string[] {
  const names = ['requests', 'keyFetches', 'connections'] as const;
  return names.map((name) => String((now?.[name] ?? 0) - (before?.[name] ?? 0)));
}
