/** The end of a batch: outputs take their places, and of the journal stays what it was, without any answer. */
import { journalOf } from './journal/head.js';
import type { Journal } from './journal/journal.js';
import type { Ledger } from './journal/ledger.js';
import { encodeRecord, type End, type Header, type JournalRecord } from './journal/record.js';
import { writeWhole } from './output/files.js';
import type { OutputPaths, Publisher } from './output/publisher.js';
import { concatBytes } from '@nomyo/base';

/** A batch whose lines all have their outcome. */
export interface FinishParts {
  readonly header: Header;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly publisher: Publisher;
  readonly paths: OutputPaths;
}

/** Killed between any two steps, the next run does those that are missing. */
export async function finishBatch({ header, ledger, journal, publisher, paths }: FinishParts): Promise<End> {
  await journal.durable();
  const sums = publisher.finish();
  const { output, errors } = paths;
  const end: End = {
    kind: 'end',
    answered: ledger.answered,
    failed: ledger.failed,
    ...ledger.usage,
    failures: ledger.failures(),
    outputPath: output,
    errorsPath: errors ?? null,
    outputSha256: sums.output,
    errorsSha256: sums.errors ?? null,
  };
  if (errors !== undefined) writeJournal(errors, [{ kind: 'see', v: 1, output }]);
  writeJournal(output, [header, end]);
  return end;
}

function writeJournal(beside: string, records: readonly JournalRecord[]): void {
  writeWhole(journalOf(beside), concatBytes(...records.map((record) => encodeRecord(record).bytes)));
}
