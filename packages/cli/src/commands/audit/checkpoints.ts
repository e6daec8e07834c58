/** `nomyo audit checkpoints FILE…`: the signed lines of a log, to be kept on another machine. */
import type { Context } from '../../context.js';
import { auditCheckpoints } from 'nomyo-js/audit';
import { reading } from './reading.js';

/** Prints the checkpoints, a line each. */
export function run({ words, output }: Context): Promise<void> {
  for (const line of reading(words, () => auditCheckpoints(words))) output.line(line);
  return Promise.resolve();
}
