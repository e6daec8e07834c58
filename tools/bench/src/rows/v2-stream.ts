import type { ClientProcess } from '../client-process.js';
import { interleave, mapInTurn, mapRecord } from '../interleave.js';
import { nodeOfV2 } from '../node-24.js';
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
import { ONE_KB } from '../workshop.js';
import { Stage } from './v2-stage.js';

const SETTINGS = {
  full: { rounds: 15, calls: 20, warmUpCalls: 400, streams: 64, seconds: 10, warmUps: 2, times: 6 },
  short: { rounds: 2, calls: 3, warmUpCalls: 10, streams: 8, seconds: 1, warmUps: 0, times: 2 },
} as const;

const TOKENS_PER_SECOND = 100;

/** The time a small model needs to read a short prompt; most need longer. */
const FIRST_TOKEN_MS = 50;

const MB = 1e6;

/** Streams of protocol 2: when they begin, and what a router pays for many. */
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
  goals: [
    atMost('v2-first-token', {
      what: 'v2: first token of a stream',
      beside: 'plain HTTPS',
      goal: 1.15,
      band: 3,
    }),
    atMost('v2-64-streams', { what: 'v2: router with 64 streams', beside: 'one core', goal: 0.6, band: 3 }),
    atMost('v2-stream-memory', { what: 'v2: memory of the router', beside: 'at first', goal: 1.1, band: 2 }),
  ],
  measure: async (bench) => {
    const execPath = nodeOfV2(bench.short);
    if (execPath === undefined) {
      return notMeasured('there is no Node 24 for this system');
    }
    return together(await firstToken(bench, execPath), await manyStreams(bench, execPath));
  },
};

async function firstToken({ workshop, short }: Bench, execPath: string): Promise<Measurement> {
  const { rounds, calls, warmUpCalls } = short ? SETTINGS.short : SETTINGS.full;
  const stage = await Stage.start(workshop, model(1), { execPath });
  const clients = {
    'version 2': await stage.sealed('first token'),
    'plain HTTPS': await stage.plain('https', { stream: true }),
  };
  await mapInTurn(clients, (client: ClientProcess) =>
    client.load({ concurrency: 16, promptBytes: ONE_KB, calls: warmUpCalls }),
  );
  const load = { concurrency: 1, promptBytes: ONE_KB, calls };
  const runs = mapRecord(
    clients,
    (client: ClientProcess) => async () => median((await client.load(load)).latencies),
  );
  const times = await interleave(runs, rounds);
  workshop.stopChildren();
  return beside('v2-first-token', 'first token, ms', times);
}

async function manyStreams({ workshop, short }: Bench, execPath: string): Promise<Measurement> {
  const { streams, seconds, warmUps, times } = short ? SETTINGS.short : SETTINGS.full;
  const load = { concurrency: streams, promptBytes: ONE_KB, calls: streams };
  const stage = await Stage.start(workshop, model(TOKENS_PER_SECOND * seconds), {
    execPath,
    limits: { keptAnswer: 0 },
  });
  const client = await stage.sealed('drained streams');
  for (let time = 0; time < warmUps; time += 1) await client.load(load);
  const [shares, memory]: [number[], number[]] = [[], []];
  for (let time = 0; time < times; time += 1) {
    const before = await stage.router.cpu();
    const { wallMs } = await client.load(load);
    if (wallMs < seconds * 1000) throw new Error('a stream was shorter than the model sends it');
    shares.push(((await stage.router.cpu()) - before) / wallMs);
    memory.push((await stage.router.rss()) / MB);
  }
  workshop.stopChildren();
  const [first = Number.NaN] = memory;
  return {
    // The first batch compiles the code.
    figures: {
      'v2-64-streams': shares.slice(1),
      'v2-stream-memory': [(memory.at(-1) ?? Number.NaN) / first],
    },
    tables: [
      list(`${String(streams)} streams: share of one core`, { router: shares.slice(1) }),
      list('router, MB', { 'after the first': [first], 'at the end': memory.slice(-1) }),
    ],
  };
}

const model = (tokens: number) =>
  ({
    answerBytes: ONE_KB,
    tokens,
    tokensPerSecond: TOKENS_PER_SECOND,
    firstTokenMs: FIRST_TOKEN_MS,
  }) as const;
