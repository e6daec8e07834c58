/** `nomyo batch --retry FILE` alone: opens a finished batch again, with its answers in place and its failures open. */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { isObject } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import { LineSplitter } from './input/split-lines.js';
import { journalOf } from './journal/head.js';
import { Journal, scanJournal } from './journal/journal.js';
import { Ledger } from './journal/ledger.js';
import type { End, Header, Runs } from './journal/record.js';
import { inRuns } from './journal/runs.js';
import { putInPlace } from './output/files.js';

/**
 * Writes a journal in which the answers of the output stand, and nothing of the failed lines; it takes the place of the
 * one that says that the batch is finished. The outputs stay until the new ones are whole.
 *
 * @param header as it is to be from now on
 * @throws {UsageError} when one of the outputs is not what the batch has written
 */
export async function reopen(header: Header, end: End): Promise<void> {
  const path = journalOf(end.outputPath);
  const beside = `${path}.new`;
  if (end.errorsPath !== null) await checkErrors(end.errorsPath, end.errorsSha256);
  rmSync(beside, { force: true });
  try {
    await writeReopened(beside, header, end);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  putInPlace(beside, path);
}

/** @returns which lines of a finished batch have failed; `undefined` when it is not finished */
export async function failuresOf(output: string): Promise<Runs | undefined> {
  let failures: Runs | undefined;
  for await (const { decoded } of scanJournal(journalOf(output)).records) {
    if (decoded.record.kind === 'end') failures = decoded.record.failures;
  }
  return failures;
}

/** An edited file of errors asks for lines other than those that the journal knows to have failed. */
async function checkErrors(path: string, sha256: string | null): Promise<void> {
  const sum = createHash('sha256');
  for await (const piece of bytesOf(path)) sum.update(piece);
  if (sum.digest('hex') !== sha256) throw changed(path);
}

async function writeReopened(path: string, header: Header, end: End): Promise<void> {
  const journal = new Journal(path, new Ledger(header.lines), 0);
  try {
    journal.append({ ...header, startedAt: new Date().toISOString() });
    journal.append({ kind: 'spent', input: end.input, output: end.output });
    await copyAnswers(header, end, journal);
  } finally {
    await journal.close();
  }
}

/** The lines of an output stand in the order of the input: the n-th one is that of the n-th line that was answered. */
async function copyAnswers(header: Header, end: End, journal: Journal): Promise<void> {
  const { outputPath, outputSha256 } = end;
  const sum = createHash('sha256');
  const splitter = new LineSplitter(Number.POSITIVE_INFINITY);
  const places = placesOf(header, end);
  for await (const piece of bytesOf(outputPath)) {
    sum.update(piece);
    for (const { bytes } of splitter.split(piece)) {
      const { value: place } = places.next();
      if (place === undefined) throw changed(outputPath);
      if (place.failed) continue;
      journal.append({ kind: 'done', index: place.index, ok: true, input: 0, output: 0 }, bytes);
    }
    await journal.written();
  }
  if (sum.digest('hex') !== outputSha256) throw changed(outputPath);
}

/** Whose the lines of the output are. */
function* placesOf(
  { lines, selection }: Header,
  { failures, errorsPath }: End,
): Generator<{ readonly index: number; readonly failed: boolean }, undefined> {
  const isFailed = inRuns(failures);
  const takesPart = selection === null ? () => true : inRuns(selection.runs);
  for (let index = 0; index < lines; index += 1) {
    if (!takesPart(index)) continue;
    const failed = isFailed(index);
    if (!failed || errorsPath === null) yield { index, failed };
  }
  return undefined;
}

/** @throws {UsageError} when it cannot be read */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path)) {
      if (Buffer.isBuffer(piece)) yield piece;
    }
  } catch (error) {
    if (!isObject(error) || typeof error['syscall'] !== 'string') throw error;
    throw new UsageError(`${path} cannot be read (${String(error['code'])})`);
  }
}

const changed = (path: string): UsageError =>
  new UsageError(
    `${path} is not as the batch has written it; nomyo batch IN --retry FILE -o ANOTHER sends the lines that FILE names`,
  );
