import type { LoopBlocks } from '../child/event-loop.js';
import { formatNumber, formatSpread } from '../format.js';
import { interleave, type Rounds } from '../interleave.js';
import type { Row } from '../row.js';
import { summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { startClients } from './common.js';

const ROUNDS = 12;
const KEY_ROUNDS = 6;
const WARM_UP_MS = 2000;

const AT_ONCE = 64;

/** How long the event loop stands still. */
export const loop: Row = {
  id: 'loop',
  title: 'Event loop',
  about:
    'Longest time that nothing else could run on the main thread, by a timer of 1 ms and by Node’s own histogram: ' +
    'while 64 calls are under way, and while an RSA-4096 pair is made, checked and imported. With more threads ' +
    'than cores, part of it is the operating system’s doing; the hand-written client shows how much.',
  // What else runs on the machine decides: no band would be both wide enough and worth anything.
  inShort: false,
  measure: async ({ workshop }) => {
    const { ours, reference } = await startClients(workshop, ['ours', 'reference'], WARM_UP_MS);
    const load = { calls: AT_ONCE, concurrency: AT_ONCE, promptBytes: ONE_KB };
    // Connections are opened first: a TLS handshake is a block of its own, and happens once.
    for (const client of [ours, reference]) await client.load(load);
    const calls = await interleave(
      { ours: () => ours.loop(load), reference: () => reference.loop(load) },
      ROUNDS,
    );
    const keys = await interleave(
      { ours: () => ours.loopOfKey('ours'), reference: () => reference.loopOfKey('reference') },
      KEY_ROUNDS,
    );
    return {
      figures: [
        { id: 'loop-calls', summary: summarize(calls.ours.map(longestGap)) },
        { id: 'loop-keygen', summary: summarize(keys.ours.map(longestGap)) },
      ],
      tables: [
        {
          title: '',
          head: ['what', 'longest block, ms', 'by the histogram, ms'],
          rows: [...rowsOf('64 calls at once', calls), ...rowsOf('making a key pair', keys)],
        },
      ],
      plots: [],
      notes: [],
    };
  },
};

function longestGap(blocks: LoopBlocks): number {
  return blocks.longestGap;
}

function rowsOf(what: string, rounds: Rounds<'ours' | 'reference', LoopBlocks>): string[][] {
  return [
    [`${what}, nomyo-js`, ...cells(rounds.ours)],
    [`${what}, hand-written`, ...cells(rounds.reference)],
  ];
}

function cells(blocks: readonly LoopBlocks[]): string[] {
  return [
    formatSpread(summarize(blocks.map(longestGap))),
    formatNumber(summarize(blocks.map(({ histogramMax }) => histogramMax)).median),
  ];
}
