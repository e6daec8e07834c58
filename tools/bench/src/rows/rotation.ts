import { interleave } from '../interleave.js';
import { atMost, beside, type Row } from '../row.js';
import { quantile } from '../stats.js';

export const rotation: Row = {
  id: 'rotation',
  title: 'Calls during rotation',
  about:
    'p99 of calls of 1 KB, one after the other, while an RSA-4096 pair is replaced every 2 s, beside the same client\n' +
    'without rotation. A pair in the making keeps one core busy. Each round has a process of its own.',
  goals: { 'rotation-p99': atMost('p99 while keys rotate', 'no rotation', 1.2, 2) },
  measure: async ({ workshop, scaled }) => {
    let directories = 0;
    const p99 = async (rotationMs: number): Promise<number> => {
      directories += 1;
      const keyDir = workshop.path(`rotation-${String(directories)}`);
      const client = await workshop.client({ kind: 'ours', keyDir, rotationMs });
      await client.ask('load', { calls: 60 });
      const { latencies } = await client.ask('load', { ms: 4000 });
      client.stop();
      return quantile(latencies, 0.99);
    };
    const intervals = { 'a new pair every 2 s': 2000, 'no rotation': 0 };
    return beside('rotation-p99', 'p99, ms', await interleave(scaled(7), intervals, p99));
  },
};
