import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { NOMYO } from '../programs.js';
import { atMost, list, type Row } from '../row.js';
import type { Workshop } from '../workshop.js';

/** Lines of a long batch, and of one that is a tenth of it. */
const LINES = { full: 100_000, short: 1000 } as const;

/** Memory limit of a batch of any length, in MiB. */
const MOST_MIB = 200;

const LOOK_MS = 100;
const MIB = 2 ** 20;

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
  measure: async ({ workshop, short }) => {
    const lines = short ? LINES.short : LINES.full;
    const router = await workshop.router();
    const ca = workshop.path('lines-ca.pem');
    await writeFile(ca, router.ca);
    const keyDir = await workshop.keyDir(2048, 'lines');
    const args = ['--base-url', router.baseUrl(16), '--key-dir', keyDir, '--tls-ca', ca];
    const tenth = await runBatch(workshop, lines / 10, args);
    const whole = await runBatch(workshop, lines, args);
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

interface Used {
  readonly ms: number;
  /** 0: not known. */
  readonly peakMib: number;
}

async function runBatch(workshop: Workshop, lines: number, args: readonly string[]): Promise<Used> {
  const [input, output] = [workshop.path('lines-in.jsonl'), workshop.path('lines-out.jsonl')];
  await writeFile(input, Array.from({ length: lines }, (_, index) => lineOf(index)).join('\n'));
  for (const name of [output, `${output}.journal`]) await rm(name, { force: true });
  const started = performance.now();
  const child = spawn(process.execPath, [NOMYO, 'batch', input, '-o', output, '--quiet', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  let peakMib = 0;
  const timer = setInterval(() => {
    peakMib = Math.max(peakMib, peakOf(child.pid));
  }, LOOK_MS);
  await ended;
  clearInterval(timer);
  if (child.exitCode !== 0) throw new Error(`nomyo batch ended with ${String(child.exitCode)}`);
  return { ms: performance.now() - started, peakMib };
}

/** As Linux tells it; 0 elsewhere. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return (Number(/^VmHWM:\s+(\d+)/mu.exec(status)?.[1] ?? 0) * 1024) / MIB;
  } catch {
    return 0;
  }
}

const lineOf = (index: number): string =>
  JSON.stringify({
    custom_id: String(index),
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content: 'a question' }] },
  });
