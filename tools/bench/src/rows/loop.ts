import type { LoopBlock } from '../child/event-loop.js';
import { interleave, mapRecord, type Rounds } from '../interleave.js';
import { atMost, HAND_WRITTEN, list, type Row, type Table } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, order, startClients } from './common.js';

const ROUNDS = 24;
const KEY_ROUNDS = 6;
const WARM_UP_MS = 2000;
const LOAD = { calls: 64, concurrency: 64, promptBytes: ONE_KB } as const;

/** How long the event loop stands still. */
export const loop: Row = {
  id: 'loop',
  title: 'Event loop',
  about:
    'Longest time that nothing else could run on the main thread, by a timer of 1 ms: while 64 calls are under way, and\n' +
    'while an RSA-4096 pair is made and imported. `without a core` is the part of it in which the thread was ready to\n' +
    'run and had no core, as Linux counts it (schedstat).',
  // What else runs on the machine decides: no band would be both wide enough and worth anything.
  inShort: false,
  goals: [
    atMost('loop-calls', { what: 'longest block, 64 calls at once', beside: 'ms', goal: 10, band: 150 }),
    atMost('loop-keygen', {
      what: 'longest block, making an RSA-4096 pair',
      beside: 'ms',
      goal: 10,
      band: 150,
    }),
  ],
  measure: async ({ workshop }) => {
    const router = await workshop.router();
    const orders = mapRecord(BOTH, (kind) => order(kind, router));
    const clients = await startClients(workshop, orders, WARM_UP_MS);
    // Connections are opened first: a TLS handshake is a block of its own, and happens once.
    for (const kind of ['ours', 'reference'] as const) await clients[kind].load(LOAD);
    const calls = await interleave(
      mapRecord(BOTH, (kind) => () => clients[kind].loop(LOAD)),
      ROUNDS,
    );
    const keys = await interleave(
      mapRecord(BOTH, (kind) => () => clients[kind].loopOfKey(kind)),
      KEY_ROUNDS,
    );
    return {
      figures: {
        'loop-calls': calls.ours.map(({ longest }) => longest),
        'loop-keygen': keys.ours.map(({ longest }) => longest),
      },
      tables: [tableOf('64 calls at once, ms', calls), tableOf('making a key pair, ms', keys)],
    };
  },
};

function tableOf(title: string, blocks: Rounds<keyof typeof BOTH, LoopBlock>): Table {
  return list(title, {
    'nomyo-js': blocks.ours.map(({ longest }) => longest),
    'nomyo-js, of it without a core': blocks.ours.map(({ waited }) => waited),
    [HAND_WRITTEN]: blocks.reference.map(({ longest }) => longest),
    [`${HAND_WRITTEN}, of it without a core`]: blocks.reference.map(({ waited }) => waited),
  });
}
