/** A row of the benchmark: one question, its goals, and how it is measured. */
import { ratios, summarize, type Summary } from './stats.js';
import type { Workshop } from './workshop.js';

/** The goal of a figure, and how far a noisy machine may miss it. */
export interface Goal {
  readonly relation: 'at most' | 'at least';
  /** The measured quantity, in a few words. */
  readonly what: string;
  /** The divisor, or the unit: `ms` or `count`. */
  readonly beside: string;
  readonly goal: number;
  /** The short mode fails beyond this: far enough from the goal that noise cannot explain it. */
  readonly band: number;
}

export function atMost(what: string, beside: string, goal: number, band: number): Goal {
  return { relation: 'at most', what, beside, goal, band };
}

export function atLeast(what: string, beside: string, goal: number, band: number): Goal {
  return { relation: 'at least', what, beside, goal, band };
}

export type Verdict = 'met' | 'missed' | 'out of band';

/** Judges the median. */
export function judge(goal: Goal, { median }: Summary): Verdict {
  const holds = (bound: number): boolean => (goal.relation === 'at most' ? median <= bound : median >= bound);
  if (holds(goal.goal)) return 'met';
  return holds(goal.band) ? 'missed' : 'out of band';
}

/** Numbers of one kind, a line for each variant. */
export interface Table {
  /** The measured quantity, with its unit. */
  readonly title: string;
  /** The variant that the ratios compare with, if there are any. */
  readonly beside?: string;
  readonly lines: readonly { readonly variant: string; readonly value: Summary; readonly ratio?: Summary }[];
}

/** The results of a row. */
export interface Measurement {
  /** Samples by the name of the goal that they are judged by. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
  readonly tables: readonly Table[];
  /** Why nothing could be measured here. */
  readonly skipped?: string;
}

/** The means that a row measures with. */
export interface Bench {
  readonly workshop: Workshop;
  readonly short: boolean;
  /** How many rounds, calls or ms of so many: all of them, and in the short mode a fifth, rounded up. */
  readonly scaled: (full: number) => number;
}

/** A row; `rows/index.ts` lists them all. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** The measurement in a sentence or two, printed in the report. */
  readonly about: string;
  /** Whether `pnpm bench --short`, and so `npm test`, measures it: not where other load on the machine decides. */
  readonly inShort?: true;
  /** By the names of their figures, which are unique over all rows. */
  readonly goals: Readonly<Record<string, Goal>>;
  measure(bench: Bench): Promise<Measurement>;
}

/** The client that does the same by hand, as fast as it goes. */
export const HAND_WRITTEN = 'hand-written';

type Samples = Readonly<Record<string, readonly number[]>>;

/** A table without ratios. */
export function list(title: string, variants: Samples): Table {
  const lines = Object.entries(variants).map(([variant, samples]) => ({
    variant,
    value: summarize(samples),
  }));
  return { title, lines };
}

/** A table in which each variant is divided by the last one, round by round. */
export function compare(title: string, variants: Samples): Table {
  const [beside, base] = Object.entries(variants).at(-1) ?? ['', []];
  const lines = Object.entries(variants).map(([variant, samples]) => ({
    variant,
    value: summarize(samples),
    ...(variant === beside ? {} : { ratio: summarize(ratios(samples, base)) }),
  }));
  return { title, beside, lines };
}

/** The first variant divided by the last one, round by round; and the table of all of them. */
export function beside(figure: string, title: string, variants: Samples): Measurement {
  const [first = [], last = []] = [Object.values(variants)[0], Object.values(variants).at(-1)];
  return { figures: { [figure]: ratios(first, last) }, tables: [compare(title, variants)] };
}

/** All of them as one, tables in this order. */
export function together(found: readonly Measurement[]): Measurement {
  const figures = Object.fromEntries(found.flatMap((each) => Object.entries(each.figures)));
  return { figures, tables: found.flatMap(({ tables }) => [...tables]) };
}

/** Nothing, and why. */
export function notMeasured(skipped: string): Measurement {
  return { figures: {}, tables: [], skipped };
}
