import type { ClientProcess } from '../client-process.js';
import { formatRatio, formatSpread } from '../format.js';
import { availableParallelism } from 'node:os';
import type { Row } from '../row.js';
import { median, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { order, runInTurns, throughput, warmUp } from './common.js';

const SIZES = ['t1', 't2', 't4', 't8'] as const;
const LOAD = { concurrency: 64, promptBytes: ONE_KB, ms: 1000 } as const;
const ROUNDS = 6;
const WARM_UP_MS = 1000;

/** Threads of libuv's pool. */
export const pool: Row = {
  id: 'pool',
  title: 'UV_THREADPOOL_SIZE',
  about:
    'Calls of 1 KB a second, 64 at once, one process, RSA-4096. The client imports its key twice for each core, but ' +
    'never more often than the pool has threads; Node’s own default is 4 threads.',
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const client = async (threads: number): Promise<ClientProcess> => {
      const env = { UV_THREADPOOL_SIZE: String(threads) };
      const started = await workshop.client(order('ours', router, { env }));
      await warmUp(started, WARM_UP_MS);
      return started;
    };
    const clients = {
      t1: await client(1),
      t2: await client(2),
      t4: await client(4),
      t8: await client(8),
    };
    const measured = await runInTurns(clients, LOAD, ROUNDS);
    const usual = median(measured.t4.map(throughput));
    const rows = SIZES.map((size) => {
      const perSecond = measured[size].map(throughput);
      return [size.slice(1), formatSpread(summarize(perSecond)), formatRatio(median(perSecond) / usual)];
    });
    return {
      figures: [],
      tables: [{ title: '', head: ['threads', 'calls/s', 'beside the default of 4'], rows }],
      plots: [],
      notes: [`This machine has ${String(availableParallelism())} cores.`],
    };
  },
};
