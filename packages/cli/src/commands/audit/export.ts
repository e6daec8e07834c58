/** `nomyo audit export --csv FILE…`: a table for spreadsheets. */
import { auditFilesOf, CSV_HEADER, csvLine, forEachLine } from 'nomyo-js/audit';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { reading } from './reading.js';

/** Prints the table on stdout. */
export function run({ words, flags, output }: Context): Promise<void> {
  if (flags['csv'] !== true) throw new UsageError('there is one form: nomyo audit export --csv');
  const left = reading(words, () => {
    const files = auditFilesOf(words);
    output.answer(CSV_HEADER);
    return files.reduce((sum, file) => sum + exportFile(file, output), 0);
  });
  if (left > 0) output.warn(`nomyo: ${String(left)} lines do not belong to an audit log, and were left out`);
  return Promise.resolve();
}

/** @returns how many lines were left out */
function exportFile(file: string, output: Context['output']): number {
  const decoder = new TextDecoder();
  let left = 0;
  const rest = forEachLine(file, (line) => {
    const row = csvLine(decoder.decode(line));
    if (row === undefined) left += 1;
    else output.answer(row);
  });
  return left + (rest.byteLength > 0 ? 1 : 0);
}
