/** What a row found, kept on disk, so that a run can be made in parts and a report out of all of them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import type { RowResult } from './result.js';

/** One measured row, and under which circumstances. */
export interface Part {
  readonly row: string;
  readonly machine: Machine;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Load average before the row began. */
  readonly load: number;
  readonly result: RowResult;
}

/** Writes a part over an older one of the same row. */
export function writePart(directory: string, part: Part): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(fileOf(directory, part.row), JSON.stringify(part, null, 1));
}

/** A part that this program wrote, or `undefined` when there is none. */
export function readPart(directory: string, row: string): Part | undefined {
  let json: string;
  try {
    json = readFileSync(fileOf(directory, row), 'utf8');
  } catch {
    return undefined;
  }
  const part: unknown = JSON.parse(json);
  return isPart(part) ? part : undefined;
}

/** Whether it is one that this program wrote. */
function isPart(value: unknown): value is Part {
  return (
    typeof value === 'object' && value !== null && 'row' in value && 'machine' in value && 'result' in value
  );
}

function fileOf(directory: string, row: string): string {
  return join(directory, `${row}.json`);
}
