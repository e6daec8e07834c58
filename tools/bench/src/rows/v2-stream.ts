import { interleave, mapInTurn } from '../interleave.js';
import { nodeOfV2 } from '../programs.js';
import {
  atMost,
  beside,
  list,
  notMeasured,
  together,
  type Bench,
  type Measurement,
  type Row,
} from '../row.js';
import { median } from '../stats.js';
import { TOKENS_PER_SECOND } from '../servers/model.js';
import { startStage } from './v2-stage.js';

export const v2Stream: Row = {
  id: 'v2-stream',
  title: 'Streams of protocol 2',
  about:
    'The first token of a stream, from a model that takes 50 ms to it: by the library through the router, beside\n' +
    '`node:https` through a proxy that ends TLS. Then 64 streams of 100 tokens a second through one router process: its\n' +
    'CPU as a share of one core, and its resident memory after garbage collection, at the end beside after the third\n' +
    'batch: V8 enlarges its young generation during the first. Answers are not kept here: of 64 streams of 256 KB a\n' +
    'router keeps 16 MB for 240 s by the specification, up to --replay-memory. All processes run on Node 24.',
  inShort: true,
  goals: {
    'v2-first-token': atMost('v2: first token of a stream', 'plain HTTPS', 1.15, 3),
    'v2-64-streams': atMost('v2: router with 64 streams', 'one core', 0.6, 3),
    'v2-stream-memory': atMost('v2: memory of the router', 'at first', 1.1, 2),
  },
  measure: async (bench) => {
    const execPath = nodeOfV2(bench.short);
    if (execPath === undefined) return notMeasured('there is no Node 24 for this system');
    return together([await firstToken(bench, execPath), await manyStreams(bench, execPath)]);
  },
};

async function firstToken({ workshop, scaled }: Bench, execPath: string): Promise<Measurement> {
  const stage = await startStage(workshop, { execPath });
  const clients = {
    'version 2': await stage.v2.client('first token'),
    'plain HTTPS': await stage.plain.client('https, first event'),
  };
  await mapInTurn(clients, (client) => client.ask('load', { concurrency: 16, calls: scaled(400) }));
  const times = await interleave(scaled(15), clients, async (client) =>
    median((await client.ask('load', { calls: 20 })).latencies),
  );
  workshop.stopChildren();
  return beside('v2-first-token', 'first token, ms', times);
}

async function manyStreams({ workshop, scaled }: Bench, execPath: string): Promise<Measurement> {
  const [streams, seconds] = [scaled(64), scaled(10)];
  const tokens = TOKENS_PER_SECOND * seconds;
  const stage = await startStage(workshop, { tokens, execPath, limits: { keptAnswer: 0 } });
  const client = await stage.v2.client('whole stream');
  const load = { concurrency: streams, calls: streams };
  for (let batch = 0; batch < scaled(2); batch += 1) await client.ask('load', load);
  const [shares, memory]: [number[], number[]] = [[], []];
  for (let batch = 0; batch < scaled(6); batch += 1) {
    const before = await stage.v2.server.ask('cpu');
    const { wallMs } = await client.ask('load', load);
    if (wallMs < seconds * 1000) throw new Error('a stream was shorter than the model sends it');
    shares.push(((await stage.v2.server.ask('cpu')) - before) / wallMs);
    memory.push((await stage.v2.server.ask('rss')) / 1e6);
  }
  const [first = Number.NaN, last = Number.NaN] = [memory[0], memory.at(-1)];
  // The first batch compiles the code.
  const settled = shares.slice(1);
  return {
    figures: { 'v2-64-streams': settled, 'v2-stream-memory': [last / first] },
    tables: [
      list(`${String(streams)} streams: share of one core`, { router: settled }),
      list('router, MB', { 'after the first': [first], 'at the end': [last] }),
    ],
  };
}
