import { readNumber } from '../child/read.js';
import type { Load } from '../child/load.js';
import { formatRatio, formatSpread } from '../format.js';
import { interleave, type Measure } from '../interleave.js';
import { availableParallelism } from 'node:os';
import type { Row } from '../row.js';
import { median, summarize } from '../stats.js';
import { ONE_KB, type ClientOrder, type RouterProcess, type Workshop } from '../workshop.js';
import { order, throughput, warmUp } from './common.js';

const ROUNDS = 4;
const COUNTS = [1, 2, 4] as const;
const LOAD: Load = { concurrency: 16, promptBytes: ONE_KB, ms: 1500 };
const WARM_UP_MS = 1000;

const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' };

/** Several processes, or worker threads, with one key pair. */
export const scaling: Row = {
  id: 'scaling',
  title: 'Scaling',
  about:
    'Calls of 1 KB a second of 1, 2 and 4 processes, and of 1, 2 and 4 worker threads in one process, 16 calls at ' +
    'once in each; all of them use the same stored RSA-4096 pair. With a pool of one thread a process can use about ' +
    'one core, which shows whether processes hinder each other.',
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const variants: Record<string, Measure<number>> = {};
    for (const count of COUNTS) {
      variants[`${String(count)} × process`] = await processes(workshop, order('ours', router), count);
      const one = order('ours', router, { env: ONE_THREAD });
      variants[`${String(count)} × process, pool of 1 thread`] = await processes(workshop, one, count);
      variants[`${String(count)} × worker thread`] = await threads(workshop, router, count);
    }
    const measured = await interleave(variants, ROUNDS);
    const rows = Object.entries(measured).map(([name, perSecond]) => {
      const kind = name.slice(name.indexOf('×') + 2);
      const single = median(measured[`1 × ${kind}`] ?? []);
      return [name, formatSpread(summarize(perSecond)), formatRatio(median(perSecond) / single)];
    });
    rows.sort(([a = ''], [b = '']) => a.slice(4).localeCompare(b.slice(4)) || a.localeCompare(b));
    const cores = `This machine has ${String(availableParallelism())} cores, and the router takes its part of them.`;
    return {
      figures: [],
      tables: [{ title: '', head: ['clients', 'calls/s, all together', 'beside one'], rows }],
      plots: [],
      notes: [cores],
    };
  },
};

async function processes(
  workshop: Workshop,
  clientOrder: ClientOrder,
  count: number,
): Promise<Measure<number>> {
  const clients = await Promise.all(Array.from({ length: count }, () => workshop.client(clientOrder)));
  await Promise.all(clients.map((client) => warmUp(client, WARM_UP_MS)));
  return async () => {
    const measured = await Promise.all(clients.map((client) => client.load(LOAD)));
    return measured.map(throughput).reduce((sum, perSecond) => sum + perSecond, 0);
  };
}

async function threads(workshop: Workshop, router: RouterProcess, count: number): Promise<Measure<number>> {
  const config = JSON.stringify(await workshop.config(order('ours', router)));
  const child = await workshop.start('./child/threads-main.js', { args: [config, String(count)] });
  const run = (load: Load): Promise<number> => child.ask('throughput', load, readNumber);
  await run({ ...LOAD, ms: WARM_UP_MS });
  return () => run(LOAD);
}
