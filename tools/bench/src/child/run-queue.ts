/** How long the main thread of this process was ready to run and had no core, from the kernel where it tells. */
import { openSync, readSync } from 'node:fs';

const BUFFER = Buffer.alloc(128);
const NS_PER_MS = 1e6;

const file = openSchedstat();

/**
 * Since the process began, in ms; 0 everywhere but on Linux. The second number of schedstat is the time on a run queue
 * (Documentation/scheduler/sched-stats.rst of the kernel). The first one, time on a core, is not used: it lags behind
 * while the thread runs.
 */
export function waitedForCore(): number {
  if (file === undefined) return 0;
  const text = BUFFER.toString('latin1', 0, readSync(file, BUFFER, 0, BUFFER.length, 0));
  return Number(text.split(' ')[1]) / NS_PER_MS;
}

/** The main thread's id is that of the process. */
function openSchedstat(): number | undefined {
  try {
    return openSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'r');
  } catch {
    return undefined;
  }
}
