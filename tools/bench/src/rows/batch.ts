import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { interleave } from '../interleave.js';
import { atLeast, compare, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { order, throughput } from './common.js';

const SETTINGS = {
  full: { rounds: 5, lines: 4000, few: 1000 },
  short: { rounds: 1, lines: 200, few: 16 },
} as const;

const CONCURRENCY = 16;

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));

const nomyo = (args: readonly string[]): Promise<unknown> =>
  promisify(execFile)(process.execPath, [BINARY, ...args]);

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
    const router = await workshop.router();
    const [keyDir, ca] = [workshop.path('batch-keys'), workshop.path('batch-ca.pem')];
    await nomyo(['keys', 'generate', '--no-password', '--key-dir', keyDir]);
    await writeFile(ca, router.ca);
    const args = ['--base-url', router.baseUrl(ONE_KB), '--key-dir', keyDir, '--tls-ca', ca];
    const { ours, library } = await interleave(
      {
        ours: () => linesPerSecond(workshop, { lines, few }, args),
        library: () => callsPerSecond(workshop, { lines, few }, router),
      },
      rounds,
    );
    return {
      figures: { batch: ratios(ours, library) },
      tables: [compare('lines or calls/s', { 'nomyo batch': ours, 'nomyo-js': library })],
    };
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

/** Of the lines of a batch. */
async function linesPerSecond(
  workshop: Workshop,
  { lines, few }: Size,
  args: readonly string[],
): Promise<number> {
  const start = await wallMs(workshop, few, args);
  const whole = await wallMs(workshop, few + lines, args);
  return (lines * 1000) / (whole - start);
}

async function wallMs(workshop: Workshop, lines: number, args: readonly string[]): Promise<number> {
  const [input, output] = [workshop.path('batch-in.jsonl'), workshop.path('batch-out.jsonl')];
  await writeFile(input, textOf(lines));
  await rm(output, { force: true });
  await rm(`${output}.journal`, { force: true });
  const started = performance.now();
  await nomyo([...['batch', input, '-o', output, '--concurrency', String(CONCURRENCY), '--quiet'], ...args]);
  return performance.now() - started;
}

const textOf = (lines: number): string =>
  Array.from({ length: lines }, (_, index) =>
    JSON.stringify({
      custom_id: String(index),
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages: [{ role: 'user', content: 'a'.repeat(ONE_KB) }] },
    }),
  ).join('\n');
