/** What several rows need. */
import type { KeySize } from '@nomyo/crypto';
import type { Load, Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import type { ClientKind } from '../clients/client.js';
import { interleave, mapRecord, namesOf, type Rounds } from '../interleave.js';
import { ONE_KB, type ClientOrder, type RouterProcess, type Workshop } from '../workshop.js';

/** The key size of the service's own clients. */
export const DEFAULT_KEY_SIZE = 4096;

/** Clients that are measured beside each other. */
export type Clients<K extends string> = Readonly<Record<K, ClientProcess>>;

/** The two that most rows compare. */
export const BOTH = { ours: 'ours', reference: 'reference' } as const;

/** A client with the default key, and answers of 1 KB. */
export function order(
  kind: ClientKind,
  router: RouterProcess,
  more: Partial<Omit<ClientOrder, 'kind' | 'router'>> = {},
): ClientOrder {
  return { kind, router, keySize: DEFAULT_KEY_SIZE, answerBytes: ONE_KB, ...more };
}

/** Starts clients, and lets each run until its code is compiled and its connections are open. */
export async function startClients<K extends string>(
  workshop: Workshop,
  orders: Readonly<Record<K, ClientOrder>>,
  warmUpMs: number,
): Promise<Clients<K>> {
  const started = new Map<K, ClientProcess>();
  for (const name of namesOf(orders)) {
    const client = await workshop.client(orders[name]);
    await warmUp(client, warmUpMs);
    started.set(name, client);
  }
  return mapRecord(orders, (_order, name) => {
    const client = started.get(name);
    if (client === undefined) throw new RangeError(`there is no client ${name}`);
    return client;
  });
}

/** Rounds of a row, and in how many generations of processes. */
export interface Generations {
  readonly generations: number;
  readonly rounds: number;
  /** Of each client, before its first round. */
  readonly warmUpMs: number;
  readonly keySize?: KeySize;
}

/**
 * The same rounds in several generations of processes: where code and heap come to lie in a process is worth some per
 * cent of RSA, and no number of rounds in one process averages that out.
 */
export async function inGenerations<K extends string>(
  workshop: Workshop,
  kinds: Readonly<Record<K, ClientKind>>,
  { generations, rounds, warmUpMs, keySize = DEFAULT_KEY_SIZE }: Generations,
  load: Load,
): Promise<Rounds<K, Measured>> {
  const all = mapRecord(kinds, (): Measured[] => []);
  const router = await workshop.router();
  const orders = mapRecord(kinds, (kind) => order(kind, router, { keySize }));
  for (let generation = 0; generation < generations; generation += 1) {
    const clients = await startClients(workshop, orders, warmUpMs);
    const measured = await runInTurns(clients, load, rounds);
    for (const name of namesOf(kinds)) {
      all[name].push(...measured[name]);
      clients[name].stop();
    }
  }
  return all;
}

/** Calls of 1 KB, eight at once. */
async function warmUp(client: ClientProcess, ms: number): Promise<void> {
  await client.load({ concurrency: 8, promptBytes: ONE_KB, ms });
}

/** Runs the same load on each client in turns. */
export function runInTurns<K extends string>(
  clients: Clients<K>,
  load: Load,
  rounds: number,
): Promise<Rounds<K, Measured>> {
  return interleave(
    mapRecord(clients, (client: ClientProcess) => () => client.load(load)),
    rounds,
  );
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
