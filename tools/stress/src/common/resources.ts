/** The resources of a process: memory, open files and sockets, and anything that keeps its event loop alive. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { createContext, Script } from 'node:vm';

/** A moment of a process. Memory in bytes. */
export interface Resources {
  readonly rss: number;
  readonly heapUsed: number;
  /** Outside the JavaScript heap: `ArrayBuffer`s. */
  readonly arrayBuffers: number;
  /** Active resources of the event loop by kind, file descriptors where the system reports them, listeners. */
  readonly handles: Readonly<Record<string, number>>;
}

/** Collections that free what a finalizer of an earlier one has released. */
const COLLECTIONS = 4;

/** Linux: one entry for each open file and socket, also for those that keep no event loop alive. */
const DESCRIPTORS = '/proc/self/fd';

/**
 * The emitters that outlive everything, where a forgotten listener stays for good. The streams are opened at their
 * first use: here, before anything is counted.
 */
const EMITTERS = [process, process.stdout, process.stderr] as const;

let collector: (() => void) | undefined;

/** A function that collects garbage, regardless of the flags the process was started with. */
async function createCollector(): Promise<() => void> {
  // libuv opens a descriptor with the first stream of a process, and keeps it in reserve.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
  setFlagsFromString('--expose-gc');
  const script = new Script('gc()');
  const context = createContext();
  return () => void script.runInContext(context);
}

/** Resources after a collection. */
export async function measure(): Promise<Resources> {
  collector ??= await createCollector();
  for (let i = 0; i < COLLECTIONS; i += 1) {
    collector();
    await pause(5);
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, arrayBuffers, handles: countHandles() };
}

function countHandles(): Record<string, number> {
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  handles['listeners'] = EMITTERS.reduce((sum, emitter) => sum + countListeners(emitter), 0);
  const descriptors = countDescriptors();
  return descriptors === undefined ? handles : { ...handles, 'file descriptors': descriptors };
}

function countListeners(emitter: (typeof EMITTERS)[number]): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

function countDescriptors(): number | undefined {
  try {
    return readdirSync(DESCRIPTORS).length;
  } catch {
    return undefined;
  }
}

/** Kinds that are there in larger number than before, as `kind: before -> after`. Pure. */
export function leftovers(before: Resources, after: Resources): string[] {
  return Object.entries(after.handles)
    .filter(([kind, number]) => number > (before.handles[kind] ?? 0))
    .map(([kind, number]) => `${kind}: ${String(before.handles[kind] ?? 0)} -> ${String(number)}`);
}

/** The resources left after sockets and timers have had `patienceMs` to go away. */
export async function settledLeftovers(before: Resources, patienceMs: number): Promise<string[]> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const left = leftovers(before, await measure());
    if (left.length === 0 || performance.now() > end) return left;
    await pause(100);
  }
}

/** `12.3 MB`, in units of 10^6 bytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Most that may be there beside what was there before, in bytes. */
export interface GrowthLimits {
  readonly heapUsed: number;
  readonly arrayBuffers: number;
}

/** The resources that have grown beyond their limit, in sentences. Pure. */
export function grownMemory(before: Resources, after: Resources, limits: GrowthLimits): string[] {
  const names = { heapUsed: 'the JavaScript heap', arrayBuffers: 'memory of ArrayBuffers' } as const;
  return (['heapUsed', 'arrayBuffers'] as const)
    .filter((name) => after[name] - before[name] > limits[name])
    .map((name) => `${names[name]} grew from ${megabytes(before[name])} to ${megabytes(after[name])}`);
}

/** Both moments, for people. */
export function memoryLine(before: Resources, after: Resources): string {
  return (['rss', 'heapUsed', 'arrayBuffers'] as const)
    .map((name) => `${name} ${megabytes(before[name])} -> ${megabytes(after[name])}`)
    .join(', ');
}
