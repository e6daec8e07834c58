/** What several rows need. */
import type { KeySize } from '@nomyo/crypto';
import type { Load, Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import type { ClientKind } from '../clients/client.js';
import { interleave, namesOf, recordOf, type Rounds } from '../interleave.js';
import type { FigureId } from '../goals.js';
import type { Figure } from '../result.js';
import { ratios, summarize, type Summary } from '../stats.js';
import { ONE_KB, type ClientOrder, type RouterProcess, type Workshop } from '../workshop.js';

/** The key size of the service's own clients. */
export const DEFAULT_KEY_SIZE = 4096;

/** Clients that are measured beside each other. */
export type Clients<K extends string> = Readonly<Record<K, ClientProcess>>;

/** A client with the default key, and answers of 1 KB. */
export function order(
  kind: ClientKind,
  router: RouterProcess,
  more: Partial<Omit<ClientOrder, 'kind' | 'router'>> = {},
): ClientOrder {
  return { kind, router, keySize: DEFAULT_KEY_SIZE, answerBytes: ONE_KB, ...more };
}

/** Starts a client of each kind, and lets each run until its code is compiled and its connections are open. */
export async function startClients<K extends ClientKind>(
  workshop: Workshop,
  kinds: readonly K[],
  warmUpMs: number,
  keySize: KeySize = DEFAULT_KEY_SIZE,
): Promise<Clients<K>> {
  const router = await workshop.router(true);
  const clients = new Map<K, ClientProcess>();
  for (const kind of kinds) {
    const client = await workshop.client(order(kind, router, { keySize }));
    await warmUp(client, warmUpMs);
    clients.set(kind, client);
  }
  return fromMap(clients, kinds);
}

/** Rounds of a row, and in how many generations of processes. */
export interface Generations {
  readonly generations: number;
  /** Of each client, before its first round. */
  readonly warmUpMs: number;
  /** Of the clients' own pair, in bits. */
  readonly keySize?: KeySize;
}

/**
 * The same rounds in several generations of processes, one after the other: where code and heap come to lie in a
 * process is worth some per cent of RSA, and no number of rounds in one process averages that out.
 */
export async function inGenerations<K extends ClientKind, T>(
  workshop: Workshop,
  kinds: readonly K[],
  { generations, warmUpMs, keySize }: Generations,
  measure: (clients: Clients<K>) => Promise<Rounds<K, T>>,
): Promise<Rounds<K, T>> {
  const all = new Map<K, T[]>(kinds.map((kind) => [kind, []]));
  for (let generation = 0; generation < generations; generation += 1) {
    const clients = await startClients(workshop, kinds, warmUpMs, keySize);
    const rounds = await measure(clients);
    for (const kind of kinds) {
      all.get(kind)?.push(...rounds[kind]);
      clients[kind].stop();
    }
  }
  return recordOf(kinds, (kind) => all.get(kind) ?? []);
}

/** Calls of 1 KB, eight at once. */
export async function warmUp(client: ClientProcess, ms: number): Promise<void> {
  await client.load({ concurrency: 8, promptBytes: ONE_KB, ms });
}

/** Runs the same load on each client in turns. */
export function runInTurns<K extends string>(
  clients: Clients<K>,
  load: Load,
  rounds: number,
): Promise<Rounds<K, Measured>> {
  const variants = fromMap(
    new Map(namesOf(clients).map((name) => [name, () => clients[name].load(load)])),
    namesOf(clients),
  );
  return interleave(variants, rounds);
}

/** A figure that is a ratio, round by round. */
export function ratioFigure(id: FigureId, ours: readonly number[], beside: readonly number[]): Figure {
  return { id, summary: summarize(ratios(ours, beside)) };
}

/** A figure that was counted once. */
export function countFigure(id: FigureId, count: number): Figure {
  return { id, summary: summarize([count]) };
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

/** Quartiles of a summary, as a bar has them. */
export function spreadOf({ median, q1, q3 }: Summary): { value: number; low: number; high: number } {
  return { value: median, low: q1, high: q3 };
}

function fromMap<K extends string, T>(map: ReadonlyMap<K, T>, names: readonly K[]): Readonly<Record<K, T>> {
  return recordOf(names, (name) => {
    const value = map.get(name);
    if (value === undefined) throw new RangeError(`there is no ${name}`);
    return value;
  });
}
