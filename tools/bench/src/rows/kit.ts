/** Shared by several rows: clients measured beside each other, each in its own process. */
import type { Load, Measured } from '../child/load.js';
import type { ClientKind } from '../clients/client.js';
import { inTurn, interleave, mapInTurn, mapRecord, type Rounds } from '../interleave.js';
import { together, type Bench, type Measurement } from '../row.js';
import type { ClientOrder, ClientProcess } from '../workshop.js';

/** The two that most rows compare, by their names in the report. */
export const BOTH = { 'nomyo-js': 'ours', 'hand-written': 'reference' } as const;

/** Clients by their names in the report; a kind is a client that differs from the others in nothing else. */
export type Clients = Readonly<Record<string, ClientKind | ClientOrder>>;

/** Starts clients, and lets each run until its code is compiled and its connections are open. */
export function startClients<V extends Clients>(
  { workshop, scaled }: Bench,
  clients: V,
  warmUpMs: number,
): Promise<Record<keyof V, ClientProcess>> {
  return mapInTurn(clients, async (order: ClientKind | ClientOrder) => {
    const client = await workshop.client(typeof order === 'string' ? { kind: order } : order);
    await client.ask('load', { concurrency: 8, ms: scaled(warmUpMs) });
    return client;
  });
}

/** The load of a round, and how often clients are measured; all but the load is less in the short mode. */
export interface Plan extends Load {
  /** Of processes. Default: one. */
  readonly generations?: number;
  /** In each generation. */
  readonly rounds: number;
  /** Of each client, before its first round. */
  readonly warmUpMs: number;
}

/**
 * The same load on each client in turns, in several generations of processes: where code and heap come to lie in a
 * process is worth some per cent of RSA, and no number of rounds in one process averages that out.
 */
export async function inGenerations<V extends Clients>(
  bench: Bench,
  clients: V,
  { generations = 1, rounds, warmUpMs, ...load }: Plan,
): Promise<Rounds<keyof V, Measured>> {
  const all = mapRecord(clients, (): Measured[] => []);
  for (let generation = 0; generation < bench.scaled(generations); generation += 1) {
    const started = await startClients(bench, clients, warmUpMs);
    const runs = await interleave(bench.scaled(rounds), started, (client) => client.ask('load', load));
    mapRecord(all, (known, name) => known.push(...runs[name]));
    mapRecord(started, (client) => client.stop());
  }
  return all;
}

/** The same measurement of several things, one after the other. */
export async function measureEach<T>(
  items: readonly T[],
  measure: (item: T) => Promise<Measurement>,
): Promise<Measurement> {
  return together(await inTurn(items, measure));
}

/** One number of each round. */
export function each<K extends string, T>(rounds: Rounds<K, T>, of: (run: T) => number): Rounds<K, number> {
  return mapRecord(rounds, (runs) => runs.map(of));
}

/** CPU of one call, in ms. */
export function cpuPerCall({ cpuMs, latencies }: Measured): number {
  return cpuMs / latencies.length;
}

export function callsPerSecond({ wallMs, latencies }: Measured): number {
  return (latencies.length * 1000) / wallMs;
}

/** In ms. */
export function wallPerCall({ wallMs, latencies }: Measured): number {
  return wallMs / latencies.length;
}
