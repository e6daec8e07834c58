import { atMost, list, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { order } from './common.js';

const CALLS = 50;

/** The requests and connections that reach the router. */
export const requests: Row = {
  id: 'requests',
  title: 'Requests and connections',
  about: 'Counted by the router: the first call, then 50 calls one after the other.',
  inShort: true,
  goals: [
    atMost('requests-per-call', {
      what: 'requests per call, after the first',
      beside: 'count',
      goal: 1,
      band: 1,
    }),
    atMost('connections-after-first', {
      what: 'connections, after the first',
      beside: 'count',
      goal: 0,
      band: 0,
    }),
  ],
  measure: async ({ workshop }) => {
    const router = await workshop.router();
    const client = await workshop.client(order('ours', router));
    await client.load({ calls: 1, concurrency: 1, promptBytes: ONE_KB });
    const first = await router.counts();
    await client.load({ calls: CALLS, concurrency: 1, promptBytes: ONE_KB });
    const then = await router.counts();
    const since = (name: keyof typeof first): number => then[name] - first[name];
    return {
      figures: {
        'requests-per-call': [(since('requests') + since('keyFetches')) / CALLS],
        'connections-after-first': [since('connections')],
      },
      tables: [
        list('first call', { completions: [first.requests], 'fetches of the key': [first.keyFetches] }),
        list('50 more', { completions: [since('requests')], 'fetches of the key': [since('keyFetches')] }),
      ],
    };
  },
};
