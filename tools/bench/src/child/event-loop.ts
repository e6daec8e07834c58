/** How long the event loop stood still, and how much of that the main thread spent waiting for a core. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** In ms. */
export interface LoopBlock {
  /** Longest gap between two turns of a timer of 1 ms, less that millisecond. */
  readonly longest: number;
  /** For what part of it the main thread was ready to run and had no core; 0 where the kernel does not tell. */
  readonly waited: number;
}

const TICK_MS = 1;
const NS_PER_MS = 1e6;

/** Watches the event loop while `task` runs. */
export async function watchEventLoop(task: () => Promise<unknown>): Promise<LoopBlock> {
  let block: LoopBlock = { longest: 0, waited: 0 };
  let [last, lastWaited] = [performance.now(), waitedForCore()];
  const turn = (): void => {
    const [now, waited] = [performance.now(), waitedForCore()];
    const longest = now - last - TICK_MS;
    if (longest > block.longest) block = { longest, waited: waited - lastWaited };
    [last, lastWaited] = [now, waited];
  };
  const timer = setInterval(turn, TICK_MS);
  await task();
  turn();
  clearInterval(timer);
  return block;
}

/**
 * Since the process began, in ms; 0 everywhere but on Linux. The second number of schedstat is the time on a run queue
 * (Documentation/scheduler/sched-stats.rst of the kernel). The main thread's id is that of the process.
 */
function waitedForCore(): number {
  try {
    const schedstat = readFileSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'latin1');
    return Number(schedstat.split(' ')[1]) / NS_PER_MS;
  } catch {
    return 0;
  }
}
