/** Begins a batch, resumes one, or finds that it is finished. */
import { rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { CommandFailed, UsageError } from '../exit/codes.js';
import { newIdentity } from './fleet/identity.js';
import type { CheckedInput } from './input/check.js';
import { headOf, journalOf } from './journal/head.js';
import { Journal, scanJournal, type Scan } from './journal/journal.js';
import { Ledger } from './journal/ledger.js';
import type { Asked, End, Header, SelectedLines } from './journal/record.js';
import { inRuns } from './journal/runs.js';
import { isThere } from './output/files.js';
import type { OutputPaths } from './output/publisher.js';
import { JOURNAL_VERSION, otherBatch } from './same.js';

/** The parts needed to open a batch. */
export interface OpenParts {
  readonly input: CheckedInput;
  readonly paths: OutputPaths;
  readonly selection: SelectedLines | undefined;
  readonly asked: Asked;
  /** The lines that take part are those that the journal names: it is a batch that is opened again. */
  readonly reopens: boolean;
  /** Fingerprint. */
  readonly sealedTo: string | undefined;
  readonly atMostOnce: boolean;
  /** Lines go through a queue. */
  readonly isFleet: boolean;
}

/** A batch that is open, or was finished before. */
export type OpenedBatch =
  | { readonly kind: 'finished'; readonly end: End; readonly header: Header }
  | {
      readonly kind: 'open';
      readonly ledger: Ledger;
      readonly journal: Journal;
      readonly header: Header;
      readonly isResumed: boolean;
      /** Lines of the journal that cannot be read. */
      readonly damaged: number;
    };

/** @throws {UsageError} as {@link refuseForeign}, or when the output of a finished batch is gone */
export async function openBatch(parts: OpenParts): Promise<OpenedBatch> {
  const head = await refuseForeign(parts);
  return head === undefined ? begin(parts) : goOn(head, parts);
}

/**
 * Writes nothing.
 *
 * @returns the head of the journal, where the batch was begun
 * @throws {UsageError} when the journal is that of another batch, or something stands where the output goes
 */
export async function refuseForeign(parts: OpenParts): Promise<Header | undefined> {
  const { output, errors } = parts.paths;
  const head = await headOf(output);
  if (head === undefined) refuseThere(output, errors);
  else if (head.kind === 'batch') refuseOther(head, parts);
  else throw foreign(output, 'belongs to a file of errors');
  return head;
}

function refuseOther(header: Header, parts: OpenParts): void {
  const { paths, reopens } = parts;
  const own = headerOf(parts);
  const why = otherBatch(header, own, { reopens });
  if (why !== undefined) throw foreign(paths.output, why);
  // A file of errors that is new to the batch must not take the place of another file.
  if (header.errors !== own.errors) refuseThere(paths.errors);
}

function refuseThere(...paths: readonly (string | undefined)[]): void {
  const path = paths.find((name) => name !== undefined && isThere(name));
  if (path !== undefined) throw new UsageError(`${path} is there already, and is never overwritten`);
}

function begin(parts: OpenParts): OpenedBatch {
  const { output } = parts.paths;
  const header = headerOf(parts);
  const ledger = newLedger(header);
  // Left by a run that was killed before its first line was complete.
  rmSync(journalOf(output), { force: true });
  const journal = new Journal(journalOf(output), ledger, 0);
  journal.append(header);
  return { kind: 'open', ledger, journal, header, isResumed: false, damaged: 0 };
}

async function goOn(header: Header, parts: OpenParts): Promise<OpenedBatch> {
  const path = journalOf(parts.paths.output);
  const scan = scanJournal(path);
  const ledger = newLedger(header);
  const end = await takeAll(scan, ledger);
  if (end !== undefined) return finished(end, header, parts);
  // A finished batch that is opened again may have its failures elsewhere; one that is under way may not.
  if (header.errors !== errorsOf(parts.paths)) {
    throw foreign(parts.paths.output, 'has its --errors elsewhere');
  }
  const { damaged, wholeBytes } = scan.facts;
  if (damaged > 0 && parts.atMostOnce) {
    throw new CommandFailed(
      `${path} is damaged in ${String(damaged)} places, so it is unknown what was sent: --at-most-once cannot be kept`,
    );
  }
  const journal = new Journal(path, ledger, wholeBytes);
  return { kind: 'open', ledger, journal, header, isResumed: true, damaged };
}

async function takeAll({ records }: Scan, ledger: Ledger): Promise<End | undefined> {
  let end: End | undefined;
  for await (const { decoded, offset } of records) {
    if (decoded.record.kind === 'end') end = decoded.record;
    else ledger.take(decoded, offset);
  }
  return end;
}

function finished(end: End, header: Header, { paths: { output } }: OpenParts): OpenedBatch {
  if (isThere(output)) return { kind: 'finished', end, header };
  throw new UsageError(
    `${output} was written by a batch that is finished, and is gone; remove ${journalOf(output)} to run it again`,
  );
}

function newLedger({ lines, selection }: Header): Ledger {
  const ledger = new Ledger(lines);
  const takesPart = selection === null ? () => true : inRuns(selection.runs);
  for (let index = 0; index < lines; index += 1) {
    if (!takesPart(index)) ledger.skip(index);
  }
  return ledger;
}

/** As a header names it. */
export const errorsOf = ({ output, errors }: OutputPaths): string | null =>
  errors === undefined ? null : relative(dirname(output), errors);

function headerOf({ input, selection, asked, sealedTo, isFleet, paths }: OpenParts): Header {
  return {
    kind: 'batch',
    v: JOURNAL_VERSION,
    asked,
    errors: errorsOf(paths),
    input: input.path,
    inputSha256: input.sha256,
    lines: input.count,
    selection: selection ?? null,
    sealedTo: sealedTo ?? null,
    startedAt: new Date().toISOString(),
    fleet: isFleet ? newIdentity() : null,
  };
}

const foreign = (output: string, why: string): UsageError =>
  new UsageError(`${journalOf(output)} ${why}; name another output with -o, or remove it with its output`);
