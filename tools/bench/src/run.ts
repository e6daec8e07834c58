/** Measures rows one after the other; one that fails stops no other. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { currentLoad, describeMachine, type Machine } from './machine.js';
import type { Part } from './part.js';
import { skippedRow, type RowResult } from './result.js';
import type { Row } from './row.js';
import { Workshop } from './workshop.js';

/** The machine, with what only the kernel knows of it. */
export function thisMachine(): Machine {
  try {
    return describeMachine(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]);
  } catch {
    return describeMachine(undefined);
  }
}

/**
 * @param done is told each part as soon as it is there
 */
export async function runRows(
  rows: readonly Row[],
  short: boolean,
  done: (row: Row, part: Part) => void,
): Promise<void> {
  const workshop = new Workshop();
  const end = (): void => {
    workshop.close();
    process.exit(130);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    for (const row of rows) done(row, await runRow(row, { workshop, short }));
  } finally {
    workshop.close();
    process.removeListener('SIGINT', end).removeListener('SIGTERM', end);
  }
}

async function runRow(row: Row, bench: { workshop: Workshop; short: boolean }): Promise<Part> {
  const started = performance.now();
  const circumstances = {
    row: row.id,
    machine: thisMachine(),
    startedAt: new Date().toISOString(),
    load: currentLoad(),
  };
  const result = await measure(row, bench);
  bench.workshop.stopChildren();
  return { ...circumstances, seconds: (performance.now() - started) / 1000, result };
}

async function measure(row: Row, bench: { workshop: Workshop; short: boolean }): Promise<RowResult> {
  try {
    return await row.measure(bench);
  } catch (error) {
    return skippedRow(
      `It failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
