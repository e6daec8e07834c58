/** The results of a row, kept on disk so that a report can combine rows from several runs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { describeMachine, type Machine } from './machine.js';
import { judge, notMeasured, type Goal, type Measurement, type Row, type Table } from './row.js';
import { summarize, type Summary } from './stats.js';
import { Workshop } from './workshop.js';

/** One measured row, and under which circumstances. */
export interface Part {
  readonly row: string;
  readonly machine: Machine;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Load average before the row began. */
  readonly load: number;
  readonly figures: Readonly<Record<string, Summary>>;
  readonly tables: readonly Table[];
  /** Why nothing was measured. */
  readonly skipped?: string;
  /** Whether that is an error, and not a machine that lacks something. */
  readonly failed: boolean;
}

/** Rows by their ids, as far as they were measured. */
export type Parts = ReadonlyMap<string, Part>;

/**
 * Measures rows one after the other; one that fails does not stop the others.
 *
 * @param done called with each part as soon as it is measured
 */
export async function measureRows(
  rows: readonly Row[],
  short: boolean,
  done: (row: Row, part: Part) => void,
): Promise<void> {
  const workshop = new Workshop();
  for (const row of rows) done(row, await measureRow(row, workshop, short));
  workshop.close();
}

async function measureRow(row: Row, workshop: Workshop, short: boolean): Promise<Part> {
  const [started, startedAt, [load = 0]] = [performance.now(), new Date().toISOString(), loadavg()];
  const scaled = (full: number): number => (short ? Math.ceil(full / 5) : full);
  const found = await row.measure({ workshop, short, scaled }).then(
    (measurement): Measurement & Pick<Part, 'failed'> => ({ ...measurement, failed: false }),
    (error: unknown) => ({ ...notMeasured(inspect(error)), failed: true }),
  );
  workshop.stopChildren();
  const figures = Object.fromEntries(
    Object.entries(found.figures).map(([figure, samples]) => [figure, summarize(samples)]),
  );
  const seconds = (performance.now() - started) / 1000;
  return { row: row.id, machine: describeMachine(), startedAt, load, seconds, ...found, figures };
}

/** The goals of a row, and what was measured for each. */
export function standings(
  { goals }: Row,
  part: Part | undefined,
): readonly { readonly figure: string; readonly goal: Goal; readonly summary: Summary | undefined }[] {
  return Object.entries(goals).map(([figure, goal]) => ({ figure, goal, summary: part?.figures[figure] }));
}

/** Why a part is no success, or `undefined`. */
export function failureOf(row: Row, part: Part | undefined): string | undefined {
  if (part === undefined || part.skipped !== undefined) {
    return `${row.id}: ${part?.skipped ?? 'not measured'}`;
  }
  const bad = standings(row, part).filter(
    ({ goal, summary }) => summary !== undefined && judge(goal, summary) === 'out of band',
  );
  return bad.length === 0 ? undefined : `out of band: ${bad.map(({ figure }) => figure).join(', ')}`;
}

export function writePart(directory: string, part: Part): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${part.row}.json`), `${JSON.stringify(part, null, 2)}\n`);
}

/** The parts of these rows that were measured. */
export function readParts(directory: string, rows: readonly Row[]): Parts {
  const parts = new Map<string, Part>();
  for (const { id } of rows) {
    const file = join(directory, `${id}.json`);
    const part: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    if (isPart(part)) parts.set(id, part);
  }
  return parts;
}

/** Whether it is one that this program wrote. */
function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && 'figures' in value && 'machine' in value;
}
