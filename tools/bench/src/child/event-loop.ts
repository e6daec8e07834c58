/** How long the event loop stood still, and how much of that the main thread spent waiting for a core. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { waitedForCore } from './run-queue.js';

/** Two instruments, because either can be wrong alone. In ms. */
export interface LoopBlocks {
  /** Longest gap between two turns of a timer of 1 ms, less that millisecond. */
  readonly longestGap: number;
  /** The same from Node's own histogram. */
  readonly histogramMax: number;
  /** What of `longestGap` the main thread was ready to run and had no core; 0 where the kernel does not tell. */
  readonly waited: number;
  /** Longest gap when each is taken less what was waited in it. */
  readonly longestOwn: number;
}

const TICK_MS = 1;

/** Gaps between turns of a timer. */
class Gaps {
  longestGap = 0;
  waited = 0;
  longestOwn = 0;
  #last = performance.now();
  #lastWaited = waitedForCore();

  readonly turn = (): void => {
    const [now, waitedByNow] = [performance.now(), waitedForCore()];
    const gap = now - this.#last - TICK_MS;
    const waited = waitedByNow - this.#lastWaited;
    if (gap > this.longestGap) [this.longestGap, this.waited] = [gap, waited];
    this.longestOwn = Math.max(this.longestOwn, gap - waited);
    [this.#last, this.#lastWaited] = [now, waitedByNow];
  };
}

/** Watches the event loop while `task` runs. */
export async function watchEventLoop(task: () => Promise<unknown>): Promise<LoopBlocks> {
  const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
  const gaps = new Gaps();
  const timer = setInterval(gaps.turn, TICK_MS);
  histogram.enable();
  try {
    await task();
    gaps.turn();
  } finally {
    clearInterval(timer);
    histogram.disable();
  }
  const { longestGap, waited, longestOwn } = gaps;
  return { longestGap, waited, longestOwn, histogramMax: Math.max(0, histogram.max / 1e6 - TICK_MS) };
}
