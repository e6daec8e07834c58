/** What a run of chaos has shown, as text and as a verdict. */
import { megabytes } from '../common/resources.js';
import { count, duration, markdownRow, tally, textTable } from '../common/table.js';
import type { ChaosPlan, ChaosReport } from './run.js';

const LIMITS = {
  /** Of the JavaScript heap, between the warm-up and the end, beside what the run itself writes down; in bytes. */
  heapGrowth: 6e6,
  /** What the run writes down for a call, in bytes of heap. */
  heapPerCall: 600,
  /** Of ArrayBuffers, in bytes. */
  bufferGrowth: 6e6,
} as const;

/** Sentences of the verdict that are printed. */
const MAX_SENTENCES = 40;

export function printChaos(report: ChaosReport): void {
  const { calls, log, events, before, after } = report;
  const faults = tally(log.map(({ fault }) => fault ?? 'no fault'));
  console.log(`\n${textTable(['fault', 'injected'], faults.map(([name, times]) => [name, count(times)]))}`);
  const outcomes = tally(calls.map(({ outcome }) => outcome));
  console.log(`\n${textTable(['outcome', 'calls'], outcomes.map(([name, times]) => [name, count(times)]))}`);
  console.log(`\n${textTable(['event', 'times'], Object.entries(events).map(([name, times]) => [name, count(times)]))}`);
  console.log(`\nlongest call ${duration(longest(report))}`);
  console.log(`heap ${megabytes(before.heapUsed)} -> ${megabytes(after.heapUsed)} (after the warm-up, at the end)`);
  console.log(`buffers ${megabytes(before.arrayBuffers)} -> ${megabytes(after.arrayBuffers)}`);
  console.log(`rss ${megabytes(before.rss)} -> ${megabytes(after.rss)}`);
}

/** What is wrong with a run, in sentences; empty when nothing is. */
export function judgeChaos(report: ChaosReport): string[] {
  const { calls, misjudged, leftBehind, listenersOnSignal, warnings, before, after } = report;
  const heapGrowth = after.heapUsed - before.heapUsed;
  const bufferGrowth = after.arrayBuffers - before.arrayBuffers;
  const heapLimit = LIMITS.heapGrowth + calls.length * LIMITS.heapPerCall;
  return [
    ...misjudged.slice(0, MAX_SENTENCES),
    ...(misjudged.length > MAX_SENTENCES ? [`… and ${String(misjudged.length - MAX_SENTENCES)} more`] : []),
    ...(heapGrowth > heapLimit ? [`the heap grew by ${megabytes(heapGrowth)}`] : []),
    ...(bufferGrowth > LIMITS.bufferGrowth ? [`buffers grew by ${megabytes(bufferGrowth)}`] : []),
    ...(listenersOnSignal > 0 ? [`${String(listenersOnSignal)} listeners stayed on the caller's signal`] : []),
    ...warnings.map((what) => `a warning of Node: ${what}`),
    ...leftBehind.map((what) => `left behind: ${what}`),
  ];
}

/** The row of this run for docs/reliability.md. */
export function chaosRow(report: ChaosReport, plan: ChaosPlan, failures: number, when: string): string {
  const { calls, log, elapsedMs } = report;
  const faults = log.filter(({ fault }) => fault !== undefined);
  const kinds = new Set(faults.map(({ fault }) => fault)).size;
  const answers = calls.filter(({ outcome }) => outcome === 'answer').length;
  return markdownRow([
    'chaos',
    when,
    String(plan.seed),
    `${count(calls.length)} calls, ${String(plan.concurrency)} at once; ${count(faults.length)} faults of ${String(kinds)} kinds`,
    `${count(answers)} right answers, ${count(calls.length - answers)} typed errors or aborts`,
    `longest call ${duration(longest(report))}`,
    `${count(failures)} findings`,
    duration(elapsedMs),
  ]);
}

function longest({ calls }: ChaosReport): number {
  return calls.reduce((most, { at, end }) => Math.max(most, end - at), 0);
}
