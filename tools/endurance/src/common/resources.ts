/** What a process holds: memory, and whatever keeps its event loop alive. */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A moment of a process. Memory in bytes. */
export interface Resources {
  readonly rss: number;
  readonly heapUsed: number;
  /** Outside the JavaScript heap: `ArrayBuffer`s. */
  readonly arrayBuffers: number;
  /** Active resources of the event loop, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** Listeners on `process`. */
  readonly listeners: number;
}

/** Collections that free what a finalizer of an earlier one has released. */
const COLLECTIONS = 4;

let collector: (() => void) | undefined;

/** Collects garbage until nothing more comes free. Works with and without `--expose-gc`. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  collector ??= runInNewContext('gc') as () => void;
  for (let i = 0; i < COLLECTIONS; i += 1) {
    collector();
    await pause(5);
  }
}

/** Resources after a collection. */
export async function measure(): Promise<Resources> {
  await collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return { rss, heapUsed, arrayBuffers, handles, listeners };
}

/** Kinds that are there in larger number than before, as `kind: before -> after`. Pure. */
export function leftovers(before: Resources, after: Resources): string[] {
  const grown = Object.entries(after.handles)
    .filter(([kind, number]) => number > (before.handles[kind] ?? 0))
    .map(([kind, number]) => `${kind}: ${String(before.handles[kind] ?? 0)} -> ${String(number)}`);
  const listeners = `listeners on process: ${String(before.listeners)} -> ${String(after.listeners)}`;
  return after.listeners > before.listeners ? [...grown, listeners] : grown;
}

/** What is left over when sockets and timers have had `patienceMs` to go away. */
export async function settledLeftovers(before: Resources, patienceMs: number): Promise<string[]> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const left = leftovers(before, await measure());
    if (left.length === 0 || performance.now() > end) return left;
    await pause(50);
  }
}

/** `12.3 MB`, in units of 10^6 bytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
