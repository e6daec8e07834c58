/** The results of a chaos run, as text and as a verdict. Pure. */
import { grownMemory, memoryLine } from '../common/resources.js';
import { count, duration, tally, textTable } from '../common/table.js';
import { FAULTS } from './faults.js';
import type { ChaosReport } from './run.js';

const LIMITS = {
  /** Between the warm-up and the end, beside what the run itself writes down; in bytes. */
  heapUsed: 6e6,
  /** The size of the run's record of a call, in bytes of heap. */
  heapPerCall: 600,
  arrayBuffers: 6e6,
  /** From so many calls on, every kind of fault must have been met. */
  everyKindFrom: 5000,
  /** Sentences about calls that are printed. */
  sentences: 40,
} as const;

/** Tables and lines for the terminal. */
export function describeChaos(report: ChaosReport): string {
  const { calls, log, events, before, after } = report;
  const faults = tally(log.map(({ fault }) => fault ?? 'no fault'));
  const outcomes = tally(calls.map(({ outcome }) => outcome));
  const longest = calls.reduce((most, { at, end }) => Math.max(most, end - at), 0);
  const starved = calls.reduce((most, { starvedMs }) => Math.max(most, starvedMs), 0);
  return [
    countTable('fault', 'requests at the router', faults),
    countTable('outcome', 'calls', outcomes),
    countTable('event', 'times', Object.entries(events)),
    summaryOf(report),
    `longest call ${duration(longest)}; in one call, the machine did something else for ${duration(starved)}`,
    `after the warm-up -> at the end: ${memoryLine(before, after)}`,
  ].join('\n\n');
}

function countTable(what: string, unit: string, entries: readonly (readonly [string, number])[]): string {
  return textTable(
    [what, unit],
    entries.map(([name, times]) => [name, count(times)]),
  );
}

function summaryOf({ calls, log }: ChaosReport): string {
  const met = log.filter(({ fault }) => fault !== undefined);
  const kinds = new Set(met.map(({ fault }) => fault)).size;
  const answers = calls.filter(({ outcome }) => outcome === 'answer').length;
  return [
    `${count(calls.length)} calls, ${count(log.length)} requests at the router`,
    `${count(met.length)} faults of ${String(kinds)} kinds (of ${String(everyKind().length)} that the router knows)`,
    `${count(answers)} right answers, ${count(calls.length - answers)} typed errors and aborts`,
  ].join('\n');
}

/** The faults of a run, in sentences; empty when there are none. */
export function judgeChaos(report: ChaosReport): string[] {
  const { calls, misjudged, before, after } = report;
  const heapUsed = LIMITS.heapUsed + calls.length * LIMITS.heapPerCall;
  const more = misjudged.length - LIMITS.sentences;
  return [
    ...misjudged.slice(0, LIMITS.sentences),
    ...(more > 0 ? [`… and ${String(more)} calls more`] : []),
    ...grownMemory(before, after, { heapUsed, arrayBuffers: LIMITS.arrayBuffers }),
    ...leftovers(report),
    ...neverInjected(report),
  ];
}

function leftovers({ leftBehind, listenersOnSignal, warnings }: ChaosReport): string[] {
  return [
    ...(listenersOnSignal > 0
      ? [`${String(listenersOnSignal)} listeners stayed on the caller's signal`]
      : []),
    ...warnings.map((what) => `a warning of Node: ${what}`),
    ...leftBehind.map((what) => `left behind: ${what}`),
  ];
}

function neverInjected({ calls, log }: ChaosReport): string[] {
  if (calls.length < LIMITS.everyKindFrom) return [];
  const met = new Set(log.map(({ fault }) => fault));
  return everyKind()
    .filter((name) => !met.has(name))
    .map((name) => `the fault ${name} was never injected`);
}

function everyKind(): string[] {
  return [...FAULTS.completion, ...FAULTS.key];
}
