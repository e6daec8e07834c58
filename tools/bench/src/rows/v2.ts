import type { Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import { interleave, mapRecord, type Rounds } from '../interleave.js';
import { nodeOfV2 } from '../node-24.js';
import { atLeast, atMost, compare, type Bench, type Measurement, type Row, type Table } from '../row.js';
import type { ServerProcess } from '../server-process.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, throughput } from './common.js';
import { Stage } from './v2-stage.js';

const SETTINGS = {
  full: { generations: 3, rounds: 6, calls: 1500, warmUpCalls: 8000 },
  short: { generations: 1, rounds: 3, calls: 60, warmUpCalls: 100 },
} as const;

const CONCURRENCY = 8;
const PLAIN = 'openai';
const PROXY = 'proxy';

/** Version 2 beside version 1 and beside no seal at all: on each side, what one core carries. */
export const v2: Row = {
  id: 'v2',
  title: 'Protocol 2',
  about:
    'Calls of 1 KB, 8 at once, over TLS and with an API key, all processes on Node 24: CPU of all threads of the client\n' +
    'process and of the router process, and the calls that a second of it carries. Plaintext is, at the client, the\n' +
    'library `openai` over HTTPS, which has the duties of ours but the seal; at the router, a reverse proxy that checks an\n' +
    'API key by its salted hash, reads the JSON for its model, and routes by it. `node:https` with one JSON.parse stands\n' +
    'beside them, and the floor: that, with the bare cryptography of a call by node:crypto, without protocol or wiping. No\n' +
    'implementation goes below it; it is no goal.',
  inShort: false,
  goals: [
    atLeast('v2-client', { what: 'v2: calls a second of CPU, client', beside: 'v1', goal: 4, band: 1 }),
    atLeast('v2-router', { what: 'v2: calls a second of CPU, router', beside: 'v1', goal: 4, band: 1 }),
    atMost('v2-client-cpu', { what: 'v2: CPU of a call, client', beside: PLAIN, goal: 2.5, band: 8 }),
    atMost('v2-router-cpu', { what: 'v2: CPU of a call, router', beside: PROXY, goal: 2.5, band: 15 }),
  ],
  measure: async (bench) => {
    const execPath = nodeOfV2(bench.short);
    if (execPath === undefined) {
      return { figures: {}, tables: [], skipped: 'there is no Node 24 for this system' };
    }
    return measured(await allRounds(bench, execPath));
  },
};

/** What a batch of calls cost on both sides. */
interface BothSides {
  readonly client: Measured;
  /** CPU of a call in the router or proxy, in ms. */
  readonly serverMs: number;
}

/** CPU of the bare cryptography of a call, in ms, round by round. */
interface Bare {
  readonly client: number[];
  readonly router: number[];
}

/** All that was measured. */
interface AllRounds {
  readonly rounds: Rounds<Kind, BothSides>;
  readonly bare: Bare;
}

const KINDS = { v2: null, v1: null, openai: null, https: null } as const;
type Kind = keyof typeof KINDS;

async function allRounds({ workshop, short }: Bench, execPath: string): Promise<AllRounds> {
  const settings = short ? SETTINGS.short : SETTINGS.full;
  const all = mapRecord(KINDS, (): BothSides[] => []);
  const bare: Bare = { client: [], router: [] };
  for (let generation = 0; generation < settings.generations; generation += 1) {
    const model = { answerBytes: ONE_KB, tokens: 1, tokensPerSecond: 1, firstTokenMs: 0 };
    const stage = await Stage.start(workshop, execPath, model);
    const sides: Readonly<Record<Kind, readonly [ClientProcess, ServerProcess]>> = {
      v2: [await stage.sealed('ours'), stage.router],
      v1: [await stage.version1(), stage.router],
      openai: [await stage.plain('openai'), stage.proxy],
      https: [await stage.plain('https'), stage.proxy],
    };
    for (const kind of Object.values(sides)) await runBatch(kind, settings.warmUpCalls);
    const runs = mapRecord(sides, (side) => () => runBatch(side, settings.calls));
    const rounds = await interleave(runs, settings.rounds);
    mapRecord(KINDS, (_, kind) => all[kind].push(...rounds[kind]));
    await measureBare(sides.https[0], bare, settings);
    workshop.stopChildren();
  }
  return { rounds: all, bare };
}

/** In the process that has nothing of ours, once for each round. */
async function measureBare(
  client: ClientProcess,
  bare: Bare,
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    bare.client.push(await client.primitives({ side: 'client', rounds: calls }));
    bare.router.push(await client.primitives({ side: 'router', rounds: calls }));
  }
}

async function runBatch(
  [client, server]: readonly [ClientProcess, ServerProcess],
  calls: number,
): Promise<BothSides> {
  const before = await server.cpu();
  const measuredClient = await client.load({ concurrency: CONCURRENCY, promptBytes: ONE_KB, calls });
  return { client: measuredClient, serverMs: ((await server.cpu()) - before) / calls };
}

function measured({ rounds, bare }: AllRounds): Measurement {
  const client = mapRecord(rounds, (runs) => runs.map((run) => cpuPerCall(run.client)));
  const router = mapRecord(rounds, (runs) => runs.map(({ serverMs }) => serverMs));
  const wall = mapRecord(rounds, (runs) => runs.map((run) => throughput(run.client)));
  const table = (
    title: string,
    of: typeof client,
    plain: string,
    more: Readonly<Record<string, number[]>> = {},
  ): Table =>
    compare(title, {
      'version 2': of.v2,
      'version 1': of.v1,
      ...more,
      'node:https': of.https,
      [plain]: of.openai,
    });
  return {
    figures: {
      'v2-client': ratios(client.v1, client.v2),
      'v2-router': ratios(router.v1, router.v2),
      'v2-client-cpu': ratios(client.v2, client.openai),
      'v2-router-cpu': ratios(router.v2, plainest(router)),
    },
    tables: [
      table('client, CPU ms a call', client, PLAIN, { floor: sums(client.https, bare.client) }),
      table('router, CPU ms a call', router, `${PROXY}, asked by openai`, {
        floor: sums(plainest(router), bare.router),
      }),
      table('calls a second from end to end, the cores shared by all', wall, PLAIN),
    ],
  };
}

/** The proxy as it was asked in the cheaper way: what clients send beside their body costs it something, too. */
function plainest({ openai, https }: Rounds<'openai' | 'https', number>): readonly number[] {
  return openai.map((value, round) => Math.min(value, https[round] ?? value));
}

function sums(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, round) => value + (b[round] ?? 0));
}
