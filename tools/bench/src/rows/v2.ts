import { interleave, mapInTurn, mapRecord, type Rounds } from '../interleave.js';
import { nodeOfV2 } from '../programs.js';
import { atLeast, atMost, compare, notMeasured, type Bench, type Row, type Table } from '../row.js';
import { inPairs, ratios } from '../stats.js';
import { cpuPerCall, each } from './kit.js';
import { startStage, type StageOptions } from './v2-stage.js';

/** Where each is asked, and by which client. What is bare asks nobody, and stands with what has nothing of ours. */
const SIDES = {
  v2: ['v2', 'ours'],
  v1: ['v1', 'ours'],
  https: ['plain', 'https'],
  openai: ['plain', 'openai'],
  bareClient: ['plain', 'bare client'],
  bareRouter: ['plain', 'bare router'],
} as const;

const VERSIONS = { v2: SIDES.v2, v1: SIDES.v1 } as const;

/** Hides AVX-512 IFMA from the OpenSSL of a process. */
const WITHOUT_IFMA = { OPENSSL_ia32cap: ':~0x200000' } as const;

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
  goals: {
    'v2-client': atLeast('v2: calls a second of CPU, client', 'v1', 4, 1),
    'v2-router': atLeast('v2: calls a second of CPU, router', 'v1', 4, 1),
    'v2-client-no-ifma': atLeast('v2: calls a second, client without IFMA', 'v1', 4, 1),
    'v2-router-no-ifma': atLeast('v2: calls a second, router without IFMA', 'v1', 4, 1),
    'v2-client-cpu': atMost('v2: CPU of a call, client', 'openai', 2.5, 8),
    'v2-router-cpu': atMost('v2: CPU of a call, router', 'proxy', 2.5, 15),
  },
  measure: async (bench) => {
    const execPath = nodeOfV2(bench.short);
    if (execPath === undefined) return notMeasured('there is no Node 24 for this system');
    const plan = { generations: 3, calls: 1500, warmUpCalls: 8000, execPath };
    const runs = await measureSides(bench, SIDES, plan);
    const [client, router] = [each(runs, (run) => run.client), each(runs, (run) => run.router)];
    // A call of version 1 takes both sides 7 ms here.
    const slow = { generations: 1, calls: 500, warmUpCalls: 4000, execPath, env: WITHOUT_IFMA };
    const without = await measureSides(bench, VERSIONS, slow);
    const slowClient = each(without, (run) => run.client);
    const slowRouter = each(without, (run) => run.router);
    // The proxy as it was asked in the cheaper way: what clients send beside their body costs it something, too.
    const proxy = inPairs(router.openai, router.https, Math.min);
    const floor = {
      client: inPairs(client.https, client.bareClient, (a, b) => a + b),
      router: inPairs(proxy, client.bareRouter, (a, b) => a + b),
    };
    return {
      figures: {
        'v2-client': ratios(client.v1, client.v2),
        'v2-router': ratios(router.v1, router.v2),
        'v2-client-no-ifma': ratios(slowClient.v1, slowClient.v2),
        'v2-router-no-ifma': ratios(slowRouter.v1, slowRouter.v2),
        'v2-client-cpu': ratios(client.v2, client.openai),
        'v2-router-cpu': ratios(router.v2, proxy),
      },
      tables: [
        besidePlain('client, CPU ms a call', client, floor.client, 'openai'),
        besidePlain('router, CPU ms a call', router, floor.router, 'proxy, asked by openai'),
        besideVersion1('client without AVX-512 IFMA, CPU ms a call', slowClient),
        besideVersion1('router without AVX-512 IFMA, CPU ms a call', slowRouter),
      ],
    };
  },
};

type Samples<K extends string> = Readonly<Record<K, readonly number[]>>;

function besidePlain(
  title: string,
  { v2, v1, https, openai }: Samples<'v2' | 'v1' | 'https' | 'openai'>,
  floor: readonly number[],
  plain: string,
): Table {
  return compare(title, { 'version 2': v2, 'version 1': v1, floor, 'node:https': https, [plain]: openai });
}

function besideVersion1(title: string, { v2, v1 }: Samples<'v2' | 'v1'>): Table {
  return compare(title, { 'version 2': v2, 'version 1': v1 });
}

/** CPU of a call on each side, in ms. */
type Costs = Readonly<Record<'client' | 'router', number>>;

type Plan = StageOptions & Readonly<Record<'generations' | 'calls' | 'warmUpCalls', number>>;

const CONCURRENCY = 8;

async function measureSides<V extends Readonly<Record<string, (typeof SIDES)[keyof typeof SIDES]>>>(
  { workshop, scaled }: Bench,
  sides: V,
  { generations, calls, warmUpCalls, ...options }: Plan,
): Promise<Rounds<keyof V, Costs>> {
  const all = mapRecord(sides, (): Costs[] => []);
  for (let generation = 0; generation < scaled(generations); generation += 1) {
    const stage = await startStage(workshop, options);
    const started = await mapInTurn(sides, async ([side, kind]) => {
      const client = await stage[side].client(kind);
      await client.ask('load', { concurrency: CONCURRENCY, calls: scaled(warmUpCalls) });
      return { client, server: stage[side].server };
    });
    const runs = await interleave(scaled(6), started, async ({ client, server }): Promise<Costs> => {
      const before = await server.ask('cpu');
      const measured = await client.ask('load', { concurrency: CONCURRENCY, calls: scaled(calls) });
      const router = ((await server.ask('cpu')) - before) / measured.latencies.length;
      return { client: cpuPerCall(measured), router };
    });
    mapRecord(all, (known, name) => known.push(...runs[name]));
    workshop.stopChildren();
  }
  return all;
}
