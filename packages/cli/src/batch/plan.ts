/** Which input goes where, and which of its lines take part. */
import { dirname, resolve } from 'node:path';
import { UsageError } from '../exit/codes.js';
import type { BatchFlags } from './flags.js';
import { headOf } from './journal/head.js';
import type { OutputPaths } from './output/publisher.js';
import { JOURNAL_VERSION } from './same.js';

/** The plan of a batch. */
export interface BatchPlan {
  readonly input: string;
  /** `undefined` with --dry-run alone. */
  readonly paths: OutputPaths | undefined;
  /** The file of failed lines that says which lines take part. */
  readonly selectedBy: string | undefined;
  /** Failed lines of a finished batch are tried again, into its own outputs. */
  readonly reopens: boolean;
}

/** @throws {UsageError} when --retry leads to no batch */
export async function makePlan(flags: BatchFlags): Promise<BatchPlan> {
  const { input, output, errors, retry } = flags;
  const paths = output === undefined ? undefined : { output, errors };
  if (retry === undefined) return { input: input ?? '', paths, selectedBy: undefined, reopens: false };
  const known = input === undefined || output === undefined ? await batchBehind(retry) : undefined;
  if (known === undefined) return { input: input ?? '', paths, selectedBy: retry, reopens: false };
  if (output !== undefined) return { input: known.input, paths, selectedBy: retry, reopens: false };
  if (input !== undefined && input !== known.input) {
    throw new UsageError(`${retry} belongs to ${known.input}; for another input, name an output with -o`);
  }
  const own = { output: known.output, errors: errors ?? known.errors };
  return { input: known.input, paths: own, selectedBy: undefined, reopens: true };
}

interface Known {
  readonly input: string;
  readonly output: string;
  readonly errors: string | undefined;
}

/** Next to its file of errors a batch notes where the journal is; without such a file, errors are in its output. */
async function batchBehind(file: string): Promise<Known> {
  const pointer = await headOf(file);
  const output = pointer?.kind === 'see' ? pointer.output : file;
  const header = pointer?.kind === 'see' ? await headOf(output) : pointer;
  if (header?.kind !== 'batch') {
    throw new UsageError(
      `--retry: there is no journal of the batch that ${file} came from; use nomyo batch IN --retry ${file} -o OUT`,
    );
  }
  if (header.v !== JOURNAL_VERSION) {
    throw new UsageError(`--retry: the batch of ${file} was written by another version of nomyo`);
  }
  const errors = header.errors === null ? undefined : resolve(dirname(output), header.errors);
  if (file !== output && file !== errors) {
    throw new UsageError(
      `--retry: the failed lines of that batch are in ${errors ?? output}, not in ${file}`,
    );
  }
  return { input: resolve(header.input), output, errors };
}
