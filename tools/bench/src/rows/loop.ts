import type { LoopBlock } from '../child/event-loop.js';
import type { ClientProcess } from '../client-process.js';
import { interleave, mapInTurn, mapRecord, type Rounds } from '../interleave.js';
import { atMost, list, type Measurement, together, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { BOTH, startClients } from './common.js';

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
  // Other load on the machine decides: a band wide enough for it would be worth nothing.
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
    const clients = await startClients(workshop, await workshop.router(), BOTH, WARM_UP_MS);
    // Connections are opened first: a TLS handshake is a block of its own, and happens once.
    await mapInTurn(clients, (client: ClientProcess) => client.load(LOAD));
    const calls = mapRecord(clients, (client: ClientProcess) => () => client.loop(LOAD));
    const keys = mapRecord(BOTH, (kind, name) => () => clients[name].loopOfKey(kind));
    return together(
      blocks('loop-calls', '64 calls at once, ms', await interleave(calls, ROUNDS)),
      blocks('loop-keygen', 'making a key pair, ms', await interleave(keys, KEY_ROUNDS)),
    );
  },
};

function blocks(figure: string, title: string, rounds: Rounds<keyof typeof BOTH, LoopBlock>): Measurement {
  const lines = Object.entries(rounds).flatMap(([name, all]) => [
    [name, all.map(({ longest }) => longest)] as const,
    [`${name}, of it without a core`, all.map(({ waited }) => waited)] as const,
  ]);
  const longest = rounds['nomyo-js'].map((block) => block.longest);
  return { figures: { [figure]: longest }, tables: [list(title, Object.fromEntries(lines))] };
}
