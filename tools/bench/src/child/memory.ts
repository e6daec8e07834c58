/** Resident memory of this process, from the kernel where available. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The peak during `task`, beyond what there was before, in bytes. Needs `--expose-gc`, and Linux to reset the peak. */
export async function measureMemory(task: () => Promise<unknown>): Promise<number> {
  const before = await settledRss();
  try {
    // proc(5): writing 5 to clear_refs sets the peak to the present size.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the whole life of the process: an upper bound.
  }
  await task();
  return (peakRss(process.pid) ?? process.resourceUsage().maxRSS * 1024) - before;
}

/** Resident memory when the garbage collector has done its work, in bytes. */
export async function settledRss(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await sleep(30);
  }
  return process.memoryUsage.rss();
}

/** The most resident memory of a process so far, in bytes; `undefined` where the system does not tell. */
export function peakRss(pid: number | undefined): number | undefined {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
