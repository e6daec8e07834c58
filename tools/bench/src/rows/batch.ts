/** `nomyo batch` as users run it, on lines that all ask the same. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { peakRss } from '../child/memory.js';
import { interleave } from '../interleave.js';
import { ONE_KB } from '../payloads.js';
import { NOMYO } from '../programs.js';
import { atLeast, atMost, beside, list, type Row } from '../row.js';
import type { ClientOrder, Workshop } from '../workshop.js';
import { callsPerSecond } from './kit.js';

const CONCURRENCY = 16;

export const batch: Row = {
  id: 'batch',
  title: 'A batch beside the library',
  about:
    'Lines of 1 KB a second that `nomyo batch` answers, 16 under way, beside calls of the library. Each round has new\n' +
    'processes of both, and both are equally warm: the time of 1,000 lines is taken off that of 5,000, and 1,000 calls\n' +
    'come before the 4,000 that count.',
  goals: { batch: atLeast('nomyo batch, lines/s', 'nomyo-js', 0.95, 0.5) },
  measure: async ({ workshop, scaled }) => {
    const [few, lines] = [scaled(1000), scaled(4000)];
    const order = { kind: 'ours', answerBytes: ONE_KB } as const;
    const ways = {
      'nomyo batch': async () => {
        const start = await runBatch(workshop, few, order);
        const whole = await runBatch(workshop, few + lines, order);
        return (lines * 1000) / (whole.ms - start.ms);
      },
      'nomyo-js': async () => {
        const client = await workshop.client({ kind: 'ours' });
        await client.ask('load', { concurrency: CONCURRENCY, calls: few });
        const measured = await client.ask('load', { concurrency: CONCURRENCY, calls: lines });
        client.stop();
        return callsPerSecond(measured);
      },
    };
    return beside('batch', 'lines or calls/s', await interleave(scaled(5), ways, (rate) => rate()));
  },
};

/** Memory limit of a batch of any length, in MiB. */
const MOST_MIB = 200;

export const batchLines: Row = {
  id: 'batch-lines',
  title: 'A long batch',
  about:
    'A batch of 100,000 lines beside one of 10,000: its most resident memory, and its time beside ten times the time of\n' +
    'the short one. Answers of some bytes over TLS, and keys of 2048 bits, as neither depends on them.',
  goals: {
    'batch-memory': atMost('memory of 100,000 lines', `${String(MOST_MIB)} MiB`, 1, 1.5),
    'batch-linear': atMost('time of 100,000 lines', 'ten times 10,000', 1.1, 2),
  },
  measure: async ({ workshop, scaled }) => {
    const order = { kind: 'ours', keySize: 2048, answerBytes: 16 } as const;
    const tenth = await runBatch(workshop, scaled(10_000), order);
    const whole = await runBatch(workshop, scaled(100_000), order);
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

interface BatchCost {
  /** From the start of the process to its end. */
  readonly ms: number;
  /** Of resident memory; 0 where the system does not tell. */
  readonly peakMib: number;
}

/** On lines whose questions are as long as the answers. */
async function runBatch(workshop: Workshop, lines: number, order: ClientOrder): Promise<BatchCost> {
  const [input, output] = [workshop.path('batch-in.jsonl'), workshop.path('batch-out.jsonl')];
  await writeFile(input, linesOf(lines, 'a'.repeat(order.answerBytes ?? ONE_KB)));
  for (const file of [output, `${output}.journal`]) await rm(file, { force: true });
  const { baseUrl, keyDir } = await workshop.config(order);
  const where = ['--base-url', baseUrl, '--key-dir', keyDir, '--tls-ca', workshop.caFile];
  const flags = ['-o', output, '--quiet', '--concurrency', String(CONCURRENCY), ...where];
  const started = performance.now();
  const child = spawn(process.execPath, [NOMYO, 'batch', input, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, peakRss(child.pid) ?? 0)), 100);
  await once(child, 'exit');
  clearInterval(timer);
  if (child.exitCode !== 0) throw new Error(`nomyo batch ended with ${String(child.exitCode)}`);
  return { ms: performance.now() - started, peakMib: peak / 2 ** 20 };
}

function linesOf(count: number, question: string): string {
  const body = { model: 'm', messages: [{ role: 'user', content: question }] };
  const line = (_: unknown, index: number): string =>
    JSON.stringify({ custom_id: String(index), method: 'POST', url: '/v1/chat/completions', body });
  return Array.from({ length: count }, line).join('\n');
}
