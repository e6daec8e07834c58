/** Finds the journal of a batch, and what its first line says. */
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { scanJournal } from './journal.js';
import type { Header, See } from './record.js';

/** In the directory of the output. */
export const journalOf = (output: string): string => `${output}.journal`;

/**
 * @param output the file whose journal it is
 * @returns `undefined` if there is no journal, or only an empty one
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
    if (facts.damaged > 0 || !isTornHead(facts.torn)) throw foreign(path);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read (${code})`);
  }
}

/** A run that was killed while it wrote its first line leaves the beginning of one, or the zeros of a power failure. */
const isTornHead = (torn: Uint8Array): boolean =>
  /^(?:[0-9a-f]{0,8}|[0-9a-f]{8} (?:\{.*)?)\0*$/su.test(new TextDecoder().decode(torn));

const foreign = (path: string): UsageError =>
  new UsageError(`${path} is no journal of a batch, or its first line is damaged; it was left as it is`);
