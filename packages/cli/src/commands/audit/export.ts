/** `nomyo audit export --csv FILE…`: a table for spreadsheets. */
import { auditFilesOf, CSV_HEADER, csvLine, forEachLine } from 'nomyo-js/audit';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { reading } from './reading.js';

export function run({ words, flags, output }: Context): Promise<void> {
  if (flags['csv'] !== true) throw new UsageError('there is one form: nomyo audit export --csv');
  const decoder = new TextDecoder();
  reading(words, () => {
    const files = auditFilesOf(words);
    output.answer(CSV_HEADER);
    for (const file of files) {
      forEachLine(file, (line) => {
        const row = csvLine(decoder.decode(line));
        if (row !== undefined) output.answer(row);
      });
    }
  });
  return Promise.resolve();
}
