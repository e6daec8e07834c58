/** Resident memory of this process, from the kernel where available. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resident memory before a task, and its peak during it, in bytes. */
export interface MemoryUse {
  readonly before: number;
  readonly peak: number;
}

/** Runs `task` and returns the peak. Needs `--expose-gc`, and Linux to reset the peak. */
export async function measureMemory(task: () => Promise<unknown>): Promise<MemoryUse> {
  const before = await settledRss();
  resetPeak();
  await task();
  return { before, peak: peakRss() };
}

/** Resident memory when the garbage collector has done its work, in bytes. */
export async function settledRss(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await sleep(30);
  }
  return process.memoryUsage.rss();
}

/** proc(5): writing 5 to clear_refs sets the peak to the present size. */
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the whole life of the process: an upper bound.
  }
}

function peakRss(): number {
  const KIB = 1024;
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) * KIB;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * KIB;
}
