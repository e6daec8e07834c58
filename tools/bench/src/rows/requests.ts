import { atMost, list, type Row } from '../row.js';

const CALLS = 50;

export const requests: Row = {
  id: 'requests',
  title: 'Requests and connections',
  about: 'Counted by the router: the first call, then 50 calls one after the other.',
  inShort: true,
  goals: {
    'requests-per-call': atMost('requests per call, after the first', 'count', 1, 1),
    'connections-after-first': atMost('connections, after the first', 'count', 0, 0),
  },
  measure: async ({ workshop }) => {
    const router = await workshop.router();
    const client = await workshop.client({ kind: 'ours' });
    await client.ask('load', { calls: 1 });
    const first = await router.ask('counts');
    await client.ask('load', { calls: CALLS });
    const then = await router.ask('counts');
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
