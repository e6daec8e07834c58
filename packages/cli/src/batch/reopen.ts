/** `nomyo batch --retry FILE` alone: opens a finished batch again, with its answers in place and its failures open. */
import { createReadStream, rmSync } from 'node:fs';
import { UsageError } from '../exit/codes.js';
import { splitLines } from './input/split-lines.js';
import { journalOf } from './journal/head.js';
import { Journal } from './journal/journal.js';
import { Ledger } from './journal/ledger.js';
import type { End, Header } from './journal/record.js';
import { inRuns } from './journal/runs.js';
import { putInPlace } from './output/files.js';

/**
 * Writes a journal in which the answers of the output stand, and nothing of the failed lines; it takes the place of the
 * one that says that the batch is finished. The outputs stay until the new ones are whole.
 *
 * @throws {UsageError} when the output is not what the batch has written
 */
export async function reopen(header: Header, end: End): Promise<void> {
  const path = journalOf(end.outputPath);
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  const journal = new Journal(beside, new Ledger(header.lines), 0);
  try {
    journal.append({ ...header, startedAt: new Date().toISOString() });
    journal.append({ kind: 'spent', input: end.input, output: end.output });
    await copyAnswers(header, end, journal);
  } finally {
    await journal.close();
  }
  putInPlace(beside, path);
}

/** The lines of an output stand in the order of the input: the n-th one is that of the n-th line that was answered. */
async function copyAnswers({ lines, selection }: Header, end: End, journal: Journal): Promise<void> {
  const isFailed = inRuns(end.failures);
  const takesPart = selection === null ? () => true : inRuns(selection.runs);
  const hasFailures = end.errorsPath === null;
  let index = 0;
  const skip = (): void => {
    while (index < lines && (!takesPart(index) || (isFailed(index) && !hasFailures))) index += 1;
  };
  let answers = 0;
  for await (const { bytes, isWhole } of splitLines(createReadStream(end.outputPath))) {
    skip();
    if (!isWhole || index >= lines) throw changed(end);
    if (!isFailed(index)) {
      journal.append({ kind: 'done', index, ok: true, input: 0, output: 0 }, bytes);
      answers += 1;
    }
    index += 1;
  }
  if (answers !== end.answered) throw changed(end);
}

const changed = ({ outputPath }: End): UsageError =>
  new UsageError(
    `${outputPath} is not as the batch has written it; use nomyo batch IN --retry FILE -o ANOTHER`,
  );
