/** A long batch: its memory must not grow with it, and its time must be linear. */
import { readFileSync } from 'node:fs';
import { exitOf, pause, type Place } from './place.js';

/** In bytes. */
const MOST_MEMORY = 200 * 1024 * 1024;

/** Ten times as many lines may take at most this many times as long. */
const MOST_GROWTH = 13;

/** @returns what is wrong, in sentences */
export async function runLarge(place: Place, lines: number): Promise<readonly string[]> {
  const small = await runOne(place, Math.ceil(lines / 10));
  if (small.findings.length > 0) return small.findings;
  const large = await runOne(place, lines);
  console.log(
    `${String(lines).padStart(9)}  lines in ${(large.ms / 1000).toFixed(1)} s (a tenth of them in ${(small.ms / 1000).toFixed(1)} s), ${(large.peak / 2 ** 20).toFixed(0)} MiB`,
  );
  return [
    ...small.findings,
    ...large.findings,
    ...(large.peak <= MOST_MEMORY
      ? []
      : [`${String(large.peak)} bytes of memory for ${String(lines)} lines`]),
    ...(large.ms <= small.ms * MOST_GROWTH ? [] : ['the time is not linear in the number of lines']),
  ];
}

interface Measured {
  readonly ms: number;
  /** Most memory, in bytes. */
  readonly peak: number;
  readonly findings: readonly string[];
}

async function runOne(place: Place, lines: number): Promise<Measured> {
  const output = place.file(`large-${String(lines)}.jsonl`);
  const own = ['--base-url', place.url, '--key-dir', place.file('mine'), '--quiet'];
  const input = place.input(lines);
  const started = performance.now();
  const child = place.start(['batch', input, '-o', output, ...own]);
  const exit = exitOf(child);
  let peak = 0;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (isRunning()) {
    peak = Math.max(peak, peakOf(child.pid));
    await pause(50);
  }
  const code = await exit;
  const ms = performance.now() - started;
  const findings = code === 0 ? place.judge(output, lines, 0) : [`a long batch ended with ${String(code)}`];
  return { ms, peak, findings };
}

/** As Linux tells it; 0 elsewhere. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/mu.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
