/** Finds the journal of a batch, and what its first line says. */
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { scanJournal } from './journal.js';
import type { Header, See } from './record.js';

/** Beside the output. */
export const journalOf = (output: string): string => `${output}.journal`;

/**
 * @param output the file that the journal stands beside
 * @returns `undefined` where there is none, or none that was begun
 * @throws {UsageError} when something else stands there
 */
export async function headOf(output: string): Promise<Header | See | undefined> {
  const path = journalOf(output);
  try {
    const { records, facts } = scanJournal(path);
    for await (const { decoded, offset } of records) {
      const { record } = decoded;
      if (offset === 0 && (record.kind === 'batch' || record.kind === 'see')) return record;
      throw foreign(path);
    }
    if (facts.damaged > 0) throw foreign(path);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read (${code})`);
  }
}

const foreign = (path: string): UsageError =>
  new UsageError(`${path} is no journal of a batch, or its first line is damaged; it was left as it is`);
