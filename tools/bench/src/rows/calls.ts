/** The cost of small calls. */
import type { Measured } from '../child/load.js';
import { interleave, mapRecord, type Rounds } from '../interleave.js';
import { atLeast, atMost, beside, compare, HAND_WRITTEN, list, together, type Row } from '../row.js';
import { differences, median, quantile, ratios } from '../stats.js';
import { BOTH, callsPerSecond, cpuPerCall, each, inGenerations, measureEach, wallPerCall } from './kit.js';

export const cpu: Row = {
  id: 'cpu',
  title: 'CPU of a call',
  about: 'User and system time of all threads of the client process, one call of 1 KB after the other.',
  inShort: true,
  goals: { 'cpu-1k': atMost('CPU of a create() of 1 KB', HAND_WRITTEN, 1.05, 1.5) },
  measure: async (bench) => {
    const plan = { generations: 5, rounds: 10, warmUpMs: 5000, ms: 250 };
    const runs = await inGenerations(bench, BOTH, plan);
    return beside('cpu-1k', 'CPU of a call, ms', each(runs, cpuPerCall));
  },
};

export const throughput: Row = {
  id: 'throughput',
  title: 'Throughput of one process',
  about: 'Calls of 1 KB a second, with 16 and 64 under way; the canned router runs in a process of its own.',
  inShort: true,
  goals: {
    'throughput-16': atLeast('calls/s, 16 at once', HAND_WRITTEN, 0.97, 0.5),
    'throughput-64': atLeast('calls/s, 64 at once', HAND_WRITTEN, 0.97, 0.5),
  },
  measure: (bench) =>
    measureEach([16, 64], async (concurrency) => {
      const plan = { generations: 4, rounds: 16, warmUpMs: 5000, ms: 300, concurrency };
      const runs = await inGenerations(bench, BOTH, plan);
      const atOnce = String(concurrency);
      return beside(`throughput-${atOnce}`, `${atOnce} at once, calls/s`, each(runs, callsPerSecond));
    }),
};

export const latency: Row = {
  id: 'latency',
  title: 'Latency',
  about:
    'Calls of 1 KB, one after the other. The network alone is the same bytes over TLS without other cryptography; its\n' +
    'median is taken off before the clients are compared. A sample is the percentile of one generation of processes.',
  goals: {
    'latency-p50': atMost('latency without network, p50', HAND_WRITTEN, 1.05, 1.3),
    'latency-p99': atMost('latency without network, p99', HAND_WRITTEN, 1.2, 2),
  },
  measure: async (bench) => {
    const clients = { ...BOTH, 'network alone': 'network' } as const;
    const runs = await inGenerations(bench, clients, { generations: 6, rounds: 4, warmUpMs: 5000, ms: 1000 });
    const samples = mapRecord(runs, (all) => generationsOf(all, bench.scaled(4)));
    const at = (p: number): Rounds<keyof typeof clients, number> =>
      each(samples, (latencies) => quantile(latencies, p));
    const network = median(at(0.5)['network alone']);
    const ratio = (p: number): number[] => {
      const beyond = each(at(p), (ms) => ms - network);
      return ratios(beyond['nomyo-js'], beyond[HAND_WRITTEN]);
    };
    const tables = [0.5, 0.9, 0.99].map((p) => list(`p${String(p * 100)}, ms`, at(p)));
    return { figures: { 'latency-p50': ratio(0.5), 'latency-p99': ratio(0.99) }, tables };
  },
};

/** All latencies of each generation. */
function generationsOf(runs: readonly Measured[], rounds: number): number[][] {
  return Array.from({ length: runs.length / rounds }, (_, generation) =>
    runs.slice(generation * rounds, (generation + 1) * rounds).flatMap(({ latencies }) => [...latencies]),
  );
}

export const audit: Row = {
  id: 'audit',
  title: 'Audit log',
  about:
    'CPU of a call of 1 KB, eight at once, with and without a line about each in an audit log: hashes of both\n' +
    'ciphertexts, the chain, a write to the file, and no fsync. In several generations of processes.',
  goals: { audit: atMost('CPU with an audit log', 'without', 1.03, 1.3) },
  measure: async (bench) => {
    const clients = {
      'with an audit log': { kind: 'ours', audit: bench.workshop.path('audit.jsonl') },
      without: 'ours',
    } as const;
    const plan = { generations: 3, rounds: 8, warmUpMs: 2000, calls: 400, concurrency: 8 };
    const runs = await inGenerations(bench, clients, plan);
    return beside('audit', 'CPU a call, ms', each(runs, cpuPerCall));
  },
};

export const adapter: Row = {
  id: 'adapter',
  title: 'The fetch adapter',
  about:
    'CPU of a call of 1 KB through createSecureFetch(), JSON of the request and answer included; and the time until the\n' +
    'first words of a streamed answer of 400 kB can be read, beside the time of the whole answer by create().',
  goals: {
    'adapter-cpu': atMost('adapter: CPU of a call of 1 KB', 'create()', 1.05, 1.3),
    'adapter-words': atMost('adapter: first words of 400 kB', 'create()', 1.1, 1.5),
  },
  measure: async (bench) => {
    const clients = { adapter: 'adapter', 'create()': 'ours' } as const;
    const calls = await inGenerations(bench, clients, {
      generations: 3,
      rounds: 20,
      warmUpMs: 3000,
      ms: 250,
    });
    const long = {
      adapter: { kind: 'adapter, first words', answerBytes: 400_000 },
      'create()': { kind: 'ours', answerBytes: 400_000 },
    } as const;
    const words = await inGenerations(bench, long, { rounds: 24, warmUpMs: 3000, calls: 6 });
    return together([
      beside('adapter-cpu', 'CPU of a call of 1 KB, ms', each(calls, cpuPerCall)),
      beside('adapter-words', 'first words of an answer of 400 kB, ms', each(words, wallPerCall)),
    ]);
  },
};

export const gateway: Row = {
  id: 'gateway',
  title: 'Gateway',
  about:
    'Calls of 1 KB, 16 and 64 at once: through `nomyo gateway`, a process of its own on the same machine, and with the\n' +
    'library in the process of the caller. All of them share the cores with the router. The caller writes HTTP by hand,\n' +
    'so that little of what is measured is its own.',
  goals: {
    'gateway-16': atLeast('calls/s through the gateway, 16 at once', 'nomyo-js', 0.9, 0.4),
    'gateway-more-16': atMost('call beyond the library’s, 16 at once', 'ms', 1.3, 10),
    'gateway-64': atLeast('calls/s through the gateway, 64 at once', 'nomyo-js', 0.9, 0.4),
    'gateway-more-64': atMost('call beyond the library’s, 64 at once', 'ms', 1.3, 10),
  },
  measure: (bench) =>
    measureEach([16, 64], async (concurrency) => {
      const plan = { generations: 4, rounds: 4, warmUpMs: 4000, ms: 2000, concurrency };
      const clients = { gateway: 'gateway', 'nomyo-js': 'ours' } as const;
      const runs = await inGenerations(bench, clients, plan);
      const [rates, times] = [each(runs, callsPerSecond), each(runs, wallPerCall)];
      const atOnce = String(concurrency);
      return {
        figures: {
          [`gateway-${atOnce}`]: ratios(rates.gateway, rates['nomyo-js']),
          [`gateway-more-${atOnce}`]: differences(times.gateway, times['nomyo-js']),
        },
        tables: [
          compare(`${atOnce} at once, calls/s`, rates),
          compare(`${atOnce} at once, ms a call`, times),
        ],
      };
    }),
};

export const requests: Row = {
  id: 'requests',
  title: 'Requests and connections',
  about: 'Counted by the router: the first call, then 50 calls one after the other.',
  inShort: true,
  goals: {
    'requests-per-call': atMost('requests per call, after the first', 'count', 1, 1),
    'connections-after-first': atMost('connections, after the first', 'count', 0, 0),
  },
  measure: async ({ workshop }) => {
    const calls = 50;
    const router = await workshop.router();
    const client = await workshop.client({ kind: 'ours' });
    await client.ask('load', { calls: 1 });
    const first = await router.ask('counts');
    await client.ask('load', { calls });
    const then = await router.ask('counts');
    const since = (name: keyof typeof first): number => then[name] - first[name];
    return {
      figures: {
        'requests-per-call': [(since('requests') + since('keyFetches')) / calls],
        'connections-after-first': [since('connections')],
      },
      tables: [
        list('first call', { completions: [first.requests], 'fetches of the key': [first.keyFetches] }),
        list('50 more', { completions: [since('requests')], 'fetches of the key': [since('keyFetches')] }),
      ],
    };
  },
};

export const rotation: Row = {
  id: 'rotation',
  title: 'Calls during rotation',
  about:
    'p99 of calls of 1 KB, one after the other, while an RSA-4096 pair is replaced every 2 s, beside the same client\n' +
    'without rotation. A pair in the making keeps one core busy. Each round has a process of its own.',
  goals: { 'rotation-p99': atMost('p99 while keys rotate', 'no rotation', 1.2, 2) },
  measure: async ({ workshop, scaled }) => {
    let directories = 0;
    const p99 = async (rotationMs: number): Promise<number> => {
      directories += 1;
      const keyDir = workshop.path(`rotation-${String(directories)}`);
      const client = await workshop.client({ kind: 'ours', keyDir, rotationMs });
      await client.ask('load', { calls: 60 });
      const { latencies } = await client.ask('load', { ms: 4000 });
      client.stop();
      return quantile(latencies, 0.99);
    };
    const intervals = { 'a new pair every 2 s': 2000, 'no rotation': 0 };
    return beside('rotation-p99', 'p99, ms', await interleave(scaled(7), intervals, p99));
  },
};
