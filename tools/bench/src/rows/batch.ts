import { interleave } from '../interleave.js';
import { atLeast, beside, type Row } from '../row.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { DEFAULT_KEY_SIZE, order, throughput } from './common.js';
import { prepareBatches } from './run-batch.js';

const SETTINGS = {
  full: { rounds: 5, lines: 4000, few: 1000 },
  short: { rounds: 1, lines: 200, few: 16 },
} as const;

const CONCURRENCY = 16;

/** `nomyo batch` beside the library that it calls with. */
export const batch: Row = {
  id: 'batch',
  title: 'A batch beside the library',
  about:
    'Lines of 1 KB a second that `nomyo batch` answers, 16 under way, beside calls of the library. Each round has new\n' +
    'processes of both, and both are equally warm: the time of 1,000 lines is taken off that of 5,000, and 1,000 calls\n' +
    'come before the 4,000 that count.',
  inShort: false,
  goals: [atLeast('batch', { what: 'nomyo batch, lines/s', beside: 'nomyo-js', goal: 0.95, band: 0.5 })],
  measure: async ({ workshop, short }) => {
    const { rounds, lines, few } = short ? SETTINGS.short : SETTINGS.full;
    const batches = { keySize: DEFAULT_KEY_SIZE, answerBytes: ONE_KB, question: 'a'.repeat(ONE_KB) } as const;
    const router = await workshop.router();
    const run = await prepareBatches(workshop, router, { ...batches, concurrency: CONCURRENCY });
    const rates = await interleave(
      {
        'nomyo batch': async () => {
          const start = await run(few);
          const whole = await run(few + lines);
          return (lines * 1000) / (whole.ms - start.ms);
        },
        'nomyo-js': () => callsPerSecond(workshop, { lines, few }, router),
      },
      rounds,
    );
    return beside('batch', 'lines or calls/s', rates);
  },
};

/** How many are measured, and how many before them only warm the process up. */
interface Size {
  readonly lines: number;
  readonly few: number;
}

/** Of calls of the library, in a new process. */
async function callsPerSecond(
  workshop: Workshop,
  { lines, few }: Size,
  router: RouterProcess,
): Promise<number> {
  const client = await workshop.client(order('ours', router));
  const load = { concurrency: CONCURRENCY, promptBytes: ONE_KB };
  await client.load({ ...load, calls: few });
  const measured = await client.load({ ...load, calls: lines });
  client.stop();
  return throughput(measured);
}
