/** The findings of a run, as text and as a verdict. Pure. */
import { grownMemory, memoryLine } from '../common/resources.js';
import { count, textTable } from '../common/table.js';
import type { FuzzReport, TargetReport } from './run.js';

/** A case that left 200 bytes behind would show in a long run; in bytes. */
const LIMITS = { heapUsed: 12e6, arrayBuffers: 6e6 } as const;

/** Ways of taking an input that are printed for each target. */
const MAX_WAYS = 4;

/** A table for the terminal. */
export function describeFuzz({ runtime, targets, before, after }: FuzzReport): string {
  const rows = targets.map(({ name, cases, outcomes, slowestMs }) => {
    const ways = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
    const text = ways.slice(0, MAX_WAYS).map(([way, times]) => `${way} ${count(times)}`);
    return [name, count(cases), `${slowestMs.toFixed(0)} ms`, text.join(', ')];
  });
  const table = textTable([runtime, 'cases', 'slowest', 'taken as'], rows);
  return `${table}\nafter a tenth of the cases -> at the end: ${memoryLine(before, after)}\n`;
}

/** The faults of a run, in sentences; empty when there are none. */
export function judgeFuzz({ runtime, findings, before, after, leftBehind }: FuzzReport): string[] {
  return [
    ...findings.map(({ target, index, what }) => `${target} ${String(index)}: ${what}`),
    ...grownMemory(before, after, LIMITS),
    ...leftBehind.map((what) => `left behind: ${what}`),
  ].map((what) => `${runtime}: ${what}`);
}

/** One line over all runtimes. */
export function summarizeFuzz(reports: readonly FuzzReport[]): string {
  const targets = reports.flatMap((report) => report.targets);
  const cases = targets.reduce((sum, target) => sum + target.cases, 0);
  const refused = targets.reduce((sum, target) => sum + refusedOf(target), 0);
  const slowest = Math.max(...targets.map(({ slowestMs }) => slowestMs));
  return (
    `${count(cases)} inputs: ${count(refused)} refused with a typed error, ` +
    `${count(cases - refused)} taken as what they are; slowest ${slowest.toFixed(0)} ms`
  );
}

/** A refusal is reported by its code. */
function refusedOf({ outcomes }: TargetReport): number {
  return Object.entries(outcomes)
    .filter(([way]) => /^[A-Z_]+$/u.test(way))
    .reduce((sum, [, times]) => sum + times, 0);
}
