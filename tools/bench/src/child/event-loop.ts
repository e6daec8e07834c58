/** How long the event loop stood still. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Two instruments, because either can be wrong alone. In ms. */
export interface LoopBlocks {
  /** Longest gap between two turns of a timer of 1 ms, less that millisecond. */
  readonly longestGap: number;
  /** The same from Node's own histogram. */
  readonly histogramMax: number;
}

const TICK_MS = 1;

/** Watches the event loop while `task` runs. */
export async function watchEventLoop(task: () => Promise<unknown>): Promise<LoopBlocks> {
  const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
  let last = performance.now();
  let longestGap = 0;
  const turn = (): void => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last - TICK_MS);
    last = now;
  };
  const timer = setInterval(turn, TICK_MS);
  histogram.enable();
  try {
    await task();
    turn();
  } finally {
    clearInterval(timer);
    histogram.disable();
  }
  return { longestGap, histogramMax: Math.max(0, histogram.max / 1e6 - TICK_MS) };
}
