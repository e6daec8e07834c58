/** What a row of the benchmark gives: numbers with goals, tables, plots and remarks. */
import type { FigureId } from './goals.js';
import type { Summary } from './stats.js';

/** A measured figure that has a goal. */
export interface Figure {
  readonly id: FigureId;
  readonly summary: Summary;
}

/** Cells are Markdown. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One bar: a median, and where the middle half of the samples lies. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Bars beside each other, longer is more. */
export interface BarPlot {
  readonly kind: 'bars';
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

/** Bars made of the same parts. */
export interface StackPlot {
  readonly kind: 'stack';
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly parts: readonly string[];
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
}

/** Lines over an axis of calls, times or sizes. */
export interface LinePlot {
  readonly kind: 'lines';
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly {
    readonly label: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** A picture; `name` is its file name without `.svg`. */
export type Plot = BarPlot | StackPlot | LinePlot;

/** Everything a row found out. */
export interface RowResult {
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** Sentences under the tables. */
  readonly notes: readonly string[];
  /** Why there is nothing else. */
  readonly skipped?: string;
}

/** A row that could not be measured here. */
export function skippedRow(reason: string): RowResult {
  return { figures: [], tables: [], plots: [], notes: [], skipped: reason };
}
