import type { LoopBlocks } from '../child/event-loop.js';
import type { ClientProcess } from '../client-process.js';
import type { ClientKind } from '../clients/client.js';
import { formatNumber, formatSpread } from '../format.js';
import { interleave, type Rounds } from '../interleave.js';
import type { Row } from '../row.js';
import { summarize } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { order, warmUp, type Clients } from './common.js';

const ROUNDS = 24;
const KEY_ROUNDS = 6;
const WARM_UP_MS = 2000;

const AT_ONCE = 64;
const LOAD = { calls: AT_ONCE, concurrency: AT_ONCE, promptBytes: ONE_KB } as const;

/** One thread of the pool beside the main thread: no more of them than there are cores. */
const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' } as const;

const HEAD = [
  'what',
  'longest block, ms',
  'by the histogram, ms',
  'of the block without a core, ms',
  'longest block without such waits, ms',
] as const;

/** How long the event loop stands still. */
export const loop: Row = {
  id: 'loop',
  title: 'Event loop',
  about:
    'Longest time that nothing else could run on the main thread, by a timer of 1 ms and by Node’s own histogram: ' +
    'while 64 calls are under way, and while an RSA-4096 pair is made, checked and imported. Of that, the time that ' +
    'the main thread was ready to run and had no core, as Linux counts it (schedstat): the operating system’s doing. ' +
    'What the last column leaves is the longest stretch of its own work, garbage collection included. With one ' +
    'thread in Node’s pool instead of four, fewer threads want a core.',
  // What else runs on the machine decides: no band would be both wide enough and worth anything.
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const pair = await startPair(workshop, router);
    const calls = await burst(pair);
    const { ours, reference } = pair;
    const keys = await interleave(
      { ours: () => ours.loopOfKey('ours'), reference: () => reference.loopOfKey('reference') },
      KEY_ROUNDS,
    );
    const single = await burst(await startPair(workshop, router, ONE_THREAD));
    const rows = [
      ...rowsOf('64 calls at once', calls),
      ...rowsOf('64 calls at once, one thread in the pool', single),
      ...rowsOf('making a key pair', keys),
    ];
    return {
      figures: [
        { id: 'loop-calls', summary: summarize(calls.ours.map(longestGap)) },
        { id: 'loop-keygen', summary: summarize(keys.ours.map(longestGap)) },
      ],
      tables: [{ title: '', head: HEAD, rows }],
      plots: [],
      notes: [],
    };
  },
};

type Pair = Clients<'ours' | 'reference'>;
type Blocks = Rounds<'ours' | 'reference', LoopBlocks>;

async function startPair(
  workshop: Workshop,
  router: RouterProcess,
  env: Readonly<Record<string, string>> = {},
): Promise<Pair> {
  const start = async (kind: ClientKind): Promise<ClientProcess> => {
    const client = await workshop.client(order(kind, router, { env }));
    await warmUp(client, WARM_UP_MS);
    // Connections are opened first: a TLS handshake is a block of its own, and happens once.
    await client.load(LOAD);
    return client;
  };
  return { ours: await start('ours'), reference: await start('reference') };
}

function burst({ ours, reference }: Pair): Promise<Blocks> {
  return interleave({ ours: () => ours.loop(LOAD), reference: () => reference.loop(LOAD) }, ROUNDS);
}

function longestGap(blocks: LoopBlocks): number {
  return blocks.longestGap;
}

function rowsOf(what: string, blocks: Blocks): string[][] {
  return [
    [`${what}, nomyo-js`, ...cells(blocks.ours)],
    [`${what}, hand-written`, ...cells(blocks.reference)],
  ];
}

function cells(blocks: readonly LoopBlocks[]): string[] {
  const median = (of: (block: LoopBlocks) => number): string =>
    formatNumber(summarize(blocks.map(of)).median);
  return [
    formatSpread(summarize(blocks.map(longestGap))),
    median(({ histogramMax }) => histogramMax),
    median(({ waited }) => waited),
    formatSpread(summarize(blocks.map(({ longestOwn }) => longestOwn))),
  ];
}
