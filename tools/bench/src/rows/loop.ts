import type { LoopBlock } from '../child/event-loop.js';
import { interleave, mapInTurn, type Rounds } from '../interleave.js';
import { atMost, list, together, type Measurement, type Row } from '../row.js';
import { BOTH, startClients } from './kit.js';

const LOAD = { calls: 64, concurrency: 64 } as const;

export const loop: Row = {
  id: 'loop',
  title: 'Event loop',
  about:
    'Longest time that nothing else could run on the main thread, by a timer of 1 ms: while 64 calls are under way, and\n' +
    'while an RSA-4096 pair is made and imported. `without a core` is the part of it in which the thread was ready to\n' +
    'run and had no core, as Linux counts it (schedstat).',
  goals: {
    'loop-calls': atMost('longest block, 64 calls at once', 'ms', 10, 150),
    'loop-keygen': atMost('longest block, making an RSA-4096 pair', 'ms', 10, 150),
  },
  measure: async (bench) => {
    const clients = await startClients(bench, BOTH, 2000);
    // Connections are opened first: a TLS handshake is a block of its own, and happens once.
    await mapInTurn(clients, (client) => client.ask('load', LOAD));
    const calls = await interleave(bench.scaled(24), clients, (client) => client.ask('loop', LOAD));
    const keys = await interleave(bench.scaled(6), BOTH, (kind, name) =>
      clients[name].ask('loopOfKey', kind),
    );
    return together([
      blocks('loop-calls', '64 calls at once, ms', calls),
      blocks('loop-keygen', 'making a key pair, ms', keys),
    ]);
  },
};

function blocks(figure: string, title: string, rounds: Rounds<keyof typeof BOTH, LoopBlock>): Measurement {
  const longest = rounds['nomyo-js'].map((block) => block.longest);
  const lines = Object.entries(rounds).flatMap(([name, all]) => [
    [name, all.map((block) => block.longest)] as const,
    [`${name}, of it without a core`, all.map((block) => block.waited)] as const,
  ]);
  return { figures: { [figure]: longest }, tables: [list(title, Object.fromEntries(lines))] };
}
