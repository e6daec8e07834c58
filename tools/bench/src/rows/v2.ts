import type { Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import { interleave, mapRecord, namesOf, type Rounds } from '../interleave.js';
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

/** Without IFMA a call of version 1 takes both sides 7 ms: half a minute for this. */
const MASKED = {
  full: { ...SETTINGS.full, calls: 500, warmUpCalls: 4000 },
  short: SETTINGS.short,
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
    'implementation goes below it; it is no goal. What version 1 costs is RSA-4096, and that depends on the processor: with\n' +
    'AVX-512 IFMA the OpenSSL of Node 24 takes less than half the time. So both versions are measured once more with IFMA\n' +
    'hidden from OpenSSL, as on a processor without it; the goal of 4 x was set for such ones. Where there is no IFMA, both\n' +
    'figures say the same.',
  inShort: false,
  goals: [
    atLeast('v2-client', { what: 'v2: calls a second of CPU, client', beside: 'v1', goal: 4, band: 1 }),
    atLeast('v2-router', { what: 'v2: calls a second of CPU, router', beside: 'v1', goal: 4, band: 1 }),
    atLeast('v2-client-no-ifma', {
      what: 'v2: calls a second, client without IFMA',
      beside: 'v1',
      goal: 4,
      band: 1,
    }),
    atLeast('v2-router-no-ifma', {
      what: 'v2: calls a second, router without IFMA',
      beside: 'v1',
      goal: 4,
      band: 1,
    }),
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
  readonly withoutIfma: Rounds<Version, BothSides>;
  readonly bare: Bare;
}

const VERSIONS = { v2: null, v1: null } as const;
const KINDS = { ...VERSIONS, openai: null, https: null } as const;
type Version = keyof typeof VERSIONS;
type Kind = keyof typeof KINDS;

/** Hides AVX-512 IFMA from the OpenSSL of a process. */
const WITHOUT_IFMA = { OPENSSL_ia32cap: ':~0x200000' } as const;

const MODEL = { answerBytes: ONE_KB, tokens: 1, tokensPerSecond: 1, firstTokenMs: 0 } as const;

/** A client, and the server that it asks. */
type Sides = readonly [ClientProcess, ServerProcess];

interface Settings {
  readonly generations: number;
  readonly rounds: number;
  readonly calls: number;
  readonly warmUpCalls: number;
}

async function allRounds({ workshop, short }: Bench, execPath: string): Promise<AllRounds> {
  const settings = short ? SETTINGS.short : SETTINGS.full;
  const all = mapRecord(KINDS, (): BothSides[] => []);
  const bare: Bare = { client: [], router: [] };
  for (let generation = 0; generation < settings.generations; generation += 1) {
    const stage = await Stage.start(workshop, MODEL, { execPath });
    const sides: Readonly<Record<Kind, Sides>> = {
      ...(await bothVersions(stage)),
      openai: [await stage.plain('openai'), stage.proxy],
      https: [await stage.plain('https'), stage.proxy],
    };
    const rounds = await inTurns(sides, settings);
    mapRecord(KINDS, (_, kind) => all[kind].push(...rounds[kind]));
    await measureBare(sides.https[0], bare, settings);
    workshop.stopChildren();
  }
  const masked = await Stage.start(workshop, MODEL, { execPath, env: WITHOUT_IFMA });
  const withoutIfma = await inTurns(await bothVersions(masked), short ? MASKED.short : MASKED.full);
  workshop.stopChildren();
  return { rounds: all, withoutIfma, bare };
}

async function bothVersions(stage: Stage): Promise<Record<Version, Sides>> {
  return { v2: [await stage.sealed('ours'), stage.router], v1: [await stage.version1(), stage.router] };
}

async function inTurns<K extends string>(
  sides: Readonly<Record<K, Sides>>,
  { warmUpCalls, calls, rounds }: Settings,
): Promise<Rounds<K, BothSides>> {
  for (const name of namesOf(sides)) await runBatch(sides[name], warmUpCalls);
  return interleave(
    mapRecord(sides, (side: Sides) => () => runBatch(side, calls)),
    rounds,
  );
}

/** In the process that has nothing of ours, once for each round. */
async function measureBare(client: ClientProcess, bare: Bare, { rounds, calls }: Settings): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    bare.client.push(await client.primitives({ side: 'client', rounds: calls }));
    bare.router.push(await client.primitives({ side: 'router', rounds: calls }));
  }
}

async function runBatch([client, server]: Sides, calls: number): Promise<BothSides> {
  const before = await server.cpu();
  const measuredClient = await client.load({ concurrency: CONCURRENCY, promptBytes: ONE_KB, calls });
  return { client: measuredClient, serverMs: ((await server.cpu()) - before) / calls };
}

function measured({ rounds, withoutIfma, bare }: AllRounds): Measurement {
  const client = mapRecord(rounds, clientCpu);
  const router = mapRecord(rounds, routerCpu);
  const masked = { client: mapRecord(withoutIfma, clientCpu), router: mapRecord(withoutIfma, routerCpu) };
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
  const versions = (title: string, { v2, v1 }: typeof masked.client): Table =>
    compare(`${title} without AVX-512 IFMA, CPU ms a call`, { 'version 2': v2, 'version 1': v1 });
  return {
    figures: {
      'v2-client': ratios(client.v1, client.v2),
      'v2-router': ratios(router.v1, router.v2),
      'v2-client-no-ifma': ratios(masked.client.v1, masked.client.v2),
      'v2-router-no-ifma': ratios(masked.router.v1, masked.router.v2),
      'v2-client-cpu': ratios(client.v2, client.openai),
      'v2-router-cpu': ratios(router.v2, plainest(router)),
    },
    tables: [
      table('client, CPU ms a call', client, PLAIN, { floor: sums(client.https, bare.client) }),
      table('router, CPU ms a call', router, `${PROXY}, asked by openai`, {
        floor: sums(plainest(router), bare.router),
      }),
      versions('client', masked.client),
      versions('router', masked.router),
      table('calls a second from end to end, the cores shared by all', wall, PLAIN),
    ],
  };
}

const clientCpu = (runs: readonly BothSides[]): number[] => runs.map((run) => cpuPerCall(run.client));
const routerCpu = (runs: readonly BothSides[]): number[] => runs.map(({ serverMs }) => serverMs);

/** The proxy as it was asked in the cheaper way: what clients send beside their body costs it something, too. */
function plainest({ openai, https }: Rounds<'openai' | 'https', number>): readonly number[] {
  return openai.map((value, round) => Math.min(value, https[round] ?? value));
}

function sums(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, round) => value + (b[round] ?? 0));
}
