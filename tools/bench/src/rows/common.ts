/** Shared by several rows: clients measured beside each other, each in its own process. */
import type { Load, Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import type { ClientKind } from '../clients/client.js';
import { interleave, mapInTurn, mapRecord, namesOf, type Rounds } from '../interleave.js';
import { ONE_KB, type ClientOrder, type RouterProcess, type Workshop } from '../workshop.js';

/** The key size of the service's own clients. */
export const DEFAULT_KEY_SIZE = 4096;

/** The two that most rows compare, by their names in the report. */
export const BOTH = { 'nomyo-js': 'ours', 'hand-written': 'reference' } as const;

/** Clients that are measured beside each other. */
type Clients<K extends string> = Readonly<Record<K, ClientProcess>>;

/** How a client differs from the others: at least in its kind. */
export type Variant = ClientKind | (Partial<Omit<ClientOrder, 'router'>> & Pick<ClientOrder, 'kind'>);

/** A client with the default key, and answers of 1 KB. */
export function order(
  kind: ClientKind,
  router: RouterProcess,
  more: Partial<Omit<ClientOrder, 'kind' | 'router'>> = {},
): ClientOrder {
  return { kind, router, keySize: DEFAULT_KEY_SIZE, answerBytes: ONE_KB, ...more };
}

/** Starts clients on one router, and lets each run until its code is compiled and its connections are open. */
export async function startClients<K extends string>(
  workshop: Workshop,
  router: RouterProcess,
  variants: Readonly<Record<K, Variant>>,
  warmUpMs: number,
): Promise<Clients<K>> {
  return mapInTurn(variants, async (variant) => {
    const more = typeof variant === 'string' ? { kind: variant } : variant;
    const client = await workshop.client(order(more.kind, router, more));
    await client.load({ concurrency: 8, promptBytes: ONE_KB, ms: warmUpMs });
    return client;
  });
}

/** How often clients are measured. */
export interface Generations {
  /** Of processes; default: one. */
  readonly generations?: number;
  /** In each of them. */
  readonly rounds: number;
  /** Of each client, before its first round. */
  readonly warmUpMs: number;
}

/**
 * The same load on each client in turns, in several generations of processes: where code and heap come to lie in a
 * process is worth some per cent of RSA, and no number of rounds in one process averages that out.
 */
export async function inGenerations<K extends string>(
  workshop: Workshop,
  variants: Readonly<Record<K, Variant>>,
  { generations = 1, rounds, warmUpMs }: Generations,
  load: Load,
): Promise<Rounds<K, Measured>> {
  const all = mapRecord(variants, (): Measured[] => []);
  const router = await workshop.router();
  for (let generation = 0; generation < generations; generation += 1) {
    const clients = await startClients(workshop, router, variants, warmUpMs);
    const loads = mapRecord(clients, (client: ClientProcess) => () => client.load(load));
    const measured = await interleave(loads, rounds);
    for (const name of namesOf(variants)) {
      all[name].push(...measured[name]);
      clients[name].stop();
    }
  }
  return all;
}

/** One number of each round. */
export function each<K extends string, T>(rounds: Rounds<K, T>, of: (run: T) => number): Rounds<K, number> {
  return mapRecord(rounds, (runs: readonly T[]) => runs.map(of));
}

/** CPU of one call, in ms. */
export function cpuPerCall({ cpuMs, latencies }: Measured): number {
  return cpuMs / latencies.length;
}

/** Calls a second. */
export function throughput({ wallMs, latencies }: Measured): number {
  return (latencies.length * 1000) / wallMs;
}

/** In ms. */
export function wallPerCall({ wallMs, latencies }: Measured): number {
  return wallMs / latencies.length;
}
