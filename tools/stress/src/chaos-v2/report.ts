/** The results of a run, as text and as a verdict. Pure. */
import { grownMemory, memoryLine } from '../common/resources.js';
import { count, duration, tally, textTable } from '../common/table.js';
import type { ChaosReport } from './run.js';

const LIMITS = {
  /** Beside what the run itself writes down; in bytes. */
  heapUsed: 8e6,
  arrayBuffers: 6e6,
  /** Sentences about calls that are printed. */
  sentences: 40,
} as const;

export function describeChaos({ calls, log, before, after }: ChaosReport): string {
  const faults = tally(log.exchanges.map(({ fault }) => fault));
  const outcomes = tally(calls.map(({ outcome }) => outcome));
  const longest = calls.reduce((most, { at, end }) => Math.max(most, end - at), 0);
  return [
    textTable(['fault', 'exchanges'], rows(faults)),
    textTable(['outcome', 'calls'], rows(outcomes)),
    `longest call ${duration(longest)}; ${memoryLine(before, after)}`,
  ].join('\n');
}

function rows(tallied: readonly (readonly [string, number])[]): string[][] {
  return tallied.map(([name, times]) => [name, count(times)]);
}

export function judgeChaos({ misjudged, leftBehind, before, after }: ChaosReport): string[] {
  return [
    ...misjudged.slice(0, LIMITS.sentences),
    ...grownMemory(before, after, LIMITS),
    ...leftBehind.map((what) => `left behind: ${what}`),
  ];
}
