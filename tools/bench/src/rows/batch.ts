import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatRatio, formatSpread } from '../format.js';
import { interleave } from '../interleave.js';
import type { Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { order, ratioFigure, throughput } from './common.js';

const SETTINGS = {
  full: { rounds: 5, lines: 3000 },
  short: { rounds: 1, lines: 200 },
} as const;

const CONCURRENCY = 16;

/** A batch of so few lines takes the time of a start, which is no part of the throughput. */
const FEW = 16;

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));

const run = promisify(execFile);

/** `nomyo batch` beside the library that it calls with. */
export const batch: Row = {
  id: 'batch',
  title: 'A batch beside the library',
  about:
    'Lines of 1 KB a second that `nomyo batch` answers, 16 under way, beside calls of the library; what the process takes ' +
    'to start is measured with a batch of 16 lines and taken off.',
  inShort: false,
  measure: async ({ workshop, short }) => {
    const { rounds, lines } = short ? SETTINGS.short : SETTINGS.full;
    const router = await workshop.router(true);
    const keyDir = workshop.path('batch-keys');
    await run(process.execPath, [BINARY, 'keys', 'generate', '--no-password', '--key-dir', keyDir]);
    const client = await workshop.client(order('ours', router));
    await client.load({ calls: lines, concurrency: CONCURRENCY, promptBytes: ONE_KB });
    const measured = await interleave(
      {
        batch: () => linesPerSecond(workshop, router, { keyDir, lines }),
        library: async () =>
          throughput(await client.load({ calls: lines, concurrency: CONCURRENCY, promptBytes: ONE_KB })),
      },
      rounds,
    );
    client.stop();
    const { batch: ours, library } = measured;
    const cells = [
      formatSpread(summarize(ours)),
      formatSpread(summarize(library)),
      formatSpread(summarize(ratios(ours, library)), formatRatio),
    ];
    const head = ['nomyo batch, lines/s', 'nomyo-js, calls/s', 'ratio'];
    return {
      figures: [ratioFigure('batch', ours, library)],
      tables: [{ title: 'RSA-4096', head, rows: [cells] }],
      plots: [],
      notes: [],
    };
  },
};

interface BatchRun {
  readonly keyDir: string;
  readonly lines: number;
}

async function linesPerSecond(
  workshop: Workshop,
  router: RouterProcess,
  { keyDir, lines }: BatchRun,
): Promise<number> {
  const start = await wallMs(workshop, router, { keyDir, lines: FEW });
  const whole = await wallMs(workshop, router, { keyDir, lines });
  return ((lines - FEW) * 1000) / (whole - start);
}

async function wallMs(
  workshop: Workshop,
  router: RouterProcess,
  { keyDir, lines }: BatchRun,
): Promise<number> {
  const [input, output, ca] = ['in.jsonl', 'out.jsonl', 'ca.pem'].map((name) =>
    workshop.path(`batch-${name}`),
  );
  if (input === undefined || output === undefined || ca === undefined) return Number.NaN;
  await writeFile(input, textOf(lines));
  await rm(output, { force: true });
  await rm(`${output}.journal`, { force: true });
  if (router.ca !== undefined) await writeFile(ca, router.ca);
  const trust = router.ca === undefined ? [] : ['--tls-ca', ca];
  const own = ['--base-url', router.baseUrl(ONE_KB), '--key-dir', keyDir, '--quiet', ...trust];
  const started = performance.now();
  await run(process.execPath, [
    ...[BINARY, 'batch', input, '-o', output],
    ...['--concurrency', String(CONCURRENCY)],
    ...own,
  ]);
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
