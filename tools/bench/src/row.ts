/** A row of the benchmark: one question, measured and answered. */
import type { RowResult } from './result.js';
import type { Workshop } from './workshop.js';

/** What a row gets. */
export interface Bench {
  readonly workshop: Workshop;
  /** The short mode: fewer rounds, and only what has a band. */
  readonly short: boolean;
}

/** A row. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** What is measured and how, in a sentence or two. */
  readonly about: string;
  /** Whether the short mode measures it. */
  readonly inShort: boolean;
  measure(bench: Bench): Promise<RowResult>;
}
