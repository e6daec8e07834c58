/** What a run has found, as text and as a verdict. Pure but for printing. */
import { megabytes } from '../common/resources.js';
import { count, duration, markdownRow, textTable } from '../common/table.js';
import type { FuzzReport } from './run.js';

const LIMITS = {
  /** Of the JavaScript heap, in bytes: a case that left 200 bytes behind would show. */
  heapGrowth: 12e6,
  /** Of ArrayBuffers outside it. */
  bufferGrowth: 6e6,
  /** Longest time without a turn of the event loop, in ms. */
  blockMs: 1000,
} as const;

export function printReport({ runtime, targets, before, after, longestBlockMs }: FuzzReport): void {
  const rows = targets.map(({ name, cases, outcomes, slowestMs }) => {
    const ways = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
    const text = ways.slice(0, 4).map(([way, times]) => `${way} ${count(times)}`);
    return [name, count(cases), `${slowestMs.toFixed(0)} ms`, text.join(', ')];
  });
  console.log(`\n${runtime}`);
  console.log(textTable(['target', 'cases', 'slowest', 'taken as'], rows));
  const heap = `heap ${megabytes(before.heapUsed)} -> ${megabytes(after.heapUsed)}`;
  const buffers = `buffers ${megabytes(before.arrayBuffers)} -> ${megabytes(after.arrayBuffers)}`;
  console.log(`${heap}, ${buffers}, longest block of the event loop ${longestBlockMs.toFixed(0)} ms`);
}

/** What is wrong with a run, in sentences; empty when nothing is. */
export function judgeFuzz({ runtime, findings, before, after, longestBlockMs, leftBehind }: FuzzReport): string[] {
  const found = findings.map(({ target, index, what }) => `${runtime}, ${target} ${String(index)}: ${what}`);
  const heapGrowth = after.heapUsed - before.heapUsed;
  const bufferGrowth = after.arrayBuffers - before.arrayBuffers;
  return [
    ...found,
    ...(heapGrowth > LIMITS.heapGrowth ? [`${runtime}: the heap grew by ${megabytes(heapGrowth)}`] : []),
    ...(bufferGrowth > LIMITS.bufferGrowth ? [`${runtime}: buffers grew by ${megabytes(bufferGrowth)}`] : []),
    ...(longestBlockMs > LIMITS.blockMs ? [`${runtime}: the event loop stood for ${longestBlockMs.toFixed(0)} ms`] : []),
    ...leftBehind.map((what) => `${runtime}: left behind: ${what}`),
  ];
}

/** The row of this run for docs/reliability.md. */
export function fuzzRow(reports: readonly FuzzReport[], seed: number, elapsedMs: number, when: string): string {
  const targets = reports.flatMap((report) => report.targets);
  const cases = targets.reduce((sum, target) => sum + target.cases, 0);
  const taken = targets.flatMap(({ outcomes }) => Object.entries(outcomes).filter(([way]) => !/^[A-Z_]+$/u.test(way)));
  const harmless = taken.reduce((sum, [, times]) => sum + times, 0);
  const slowest = Math.max(...targets.map(({ slowestMs }) => slowestMs));
  const findings = reports.reduce((sum, report) => sum + report.findings.length, 0);
  const split = `${count(cases - harmless)} refused, ${count(harmless)} taken as what they are`;
  const cells = ['fuzz', when, String(seed), `${count(cases)} inputs`, split, `slowest ${slowest.toFixed(0)} ms`];
  return markdownRow([...cells, `${count(findings)} findings`, duration(elapsedMs)]);
}
