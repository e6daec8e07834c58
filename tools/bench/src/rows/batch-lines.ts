import { atMost, list, type Row } from '../row.js';
import { prepareBatches } from './run-batch.js';

/** Lines of a long batch, and of one that is a tenth of it. */
const LINES = { full: 100_000, short: 1000 } as const;

/** Memory limit of a batch of any length, in MiB. */
const MOST_MIB = 200;

/** Whether a batch takes the memory of its length, and the time of more than that. */
export const batchLines: Row = {
  id: 'batch-lines',
  title: 'A long batch',
  about:
    'A batch of 100,000 lines beside one of 10,000: its most resident memory, and its time beside ten times the time of\n' +
    'the short one. Answers of some bytes over TLS, and keys of 2048 bits, as neither depends on them.',
  inShort: false,
  goals: [
    atMost('batch-memory', {
      what: 'memory of 100,000 lines',
      beside: `${String(MOST_MIB)} MiB`,
      goal: 1,
      band: 1.5,
    }),
    atMost('batch-linear', {
      what: 'time of 100,000 lines',
      beside: 'ten times 10,000',
      goal: 1.1,
      band: 2,
    }),
  ],
  measure: async ({ short, workshop }) => {
    const lines = short ? LINES.short : LINES.full;
    const order = { keySize: 2048, answerBytes: 16, question: 'a question', concurrency: 16 } as const;
    const run = await prepareBatches(workshop, await workshop.router(), order);
    const [tenth, whole] = [await run(lines / 10), await run(lines)];
    return {
      figures: {
        'batch-memory': [whole.peakMib / MOST_MIB],
        'batch-linear': [whole.ms / (10 * tenth.ms)],
      },
      tables: [
        list('time, s', { 'a tenth': [tenth.ms / 1000], 'all lines': [whole.ms / 1000] }),
        list('most memory, MiB', { 'a tenth': [tenth.peakMib], 'all lines': [whole.peakMib] }),
      ],
      ...(whole.peakMib === 0 ? { skipped: 'this system does not tell the most memory of a process' } : {}),
    };
  },
};
