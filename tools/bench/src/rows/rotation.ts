import { interleave } from '../interleave.js';
import { atMost, beside, type Row } from '../row.js';
import { quantile } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { DEFAULT_KEY_SIZE, order } from './common.js';

const ROUNDS = 7;
const ROUND_MS = 4000;
const INTERVAL_MS = 2000;
const SETTLE_CALLS = 60;

/** Calls while key pairs are made and replaced. */
export const rotation: Row = {
  id: 'rotation',
  title: 'Calls during rotation',
  about:
    'p99 of calls of 1 KB, one after the other, while an RSA-4096 pair is replaced every 2 s, beside the same client\n' +
    'without rotation. A pair in the making keeps one core busy. Each round has a process of its own.',
  inShort: false,
  goals: [
    atMost('rotation-p99', { what: 'p99 while keys rotate', beside: 'no rotation', goal: 1.2, band: 2 }),
  ],
  measure: async ({ workshop, short }) => {
    const router = await workshop.router();
    const clients = {
      'a new pair every 2 s': () => p99(workshop, router, INTERVAL_MS),
      'no rotation': () => p99(workshop, router, 0),
    };
    return beside('rotation-p99', 'p99, ms', await interleave(clients, short ? 1 : ROUNDS));
  },
};

let directories = 0;

/** In ms. */
async function p99(workshop: Workshop, router: RouterProcess, rotationMs: number): Promise<number> {
  directories += 1;
  const keyDir = workshop.path(`rotation-${String(directories)}`);
  const more = { keyDir, rotationMs, keySize: DEFAULT_KEY_SIZE } as const;
  const client = await workshop.client(order('ours', router, { more }));
  await client.load({ calls: SETTLE_CALLS, concurrency: 1, promptBytes: ONE_KB });
  const { latencies } = await client.load({ ms: ROUND_MS, concurrency: 1, promptBytes: ONE_KB });
  client.stop();
  return quantile(latencies, 0.99);
}
