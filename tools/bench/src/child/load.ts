/** Runs calls and measures them. */
import { performance } from 'node:perf_hooks';
import type { BenchClient } from '../clients/client.js';
import type { BenchRequest } from '../payloads.js';

/** The cost of a batch of calls. */
export interface Measured {
  /** From the first call to the last answer, in ms. */
  readonly wallMs: number;
  /** Of all threads of this process, user and system, in ms. */
  readonly cpuMs: number;
  /** Of each call, in ms. */
  readonly latencies: readonly number[];
}

/** So many calls, or as many as fit into `ms`. */
export interface Load {
  readonly calls?: number;
  readonly ms?: number;
  /** Calls under way at once. Default: 1. */
  readonly concurrency?: number;
  /** Default: 1 KB. */
  readonly promptBytes?: number;
}

/** Keeps `concurrency` calls under way until the load is over. */
export async function runLoad(client: BenchClient, load: Load, request: BenchRequest): Promise<Measured> {
  const { calls = Infinity, ms = Infinity, concurrency = 1 } = load;
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let begun = 0;
  const caller = async (): Promise<void> => {
    while (begun < calls && performance.now() - started < ms) {
      begun += 1;
      const sent = performance.now();
      await client.call(request);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000, latencies };
}
