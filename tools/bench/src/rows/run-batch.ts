/** `nomyo batch` as users run it, on lines that all ask the same. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { KeySize } from '@nomyo/crypto';
import { NOMYO } from '../programs.js';
import type { RouterProcess, Workshop } from '../workshop.js';

const LOOK_MS = 100;
const MIB = 2 ** 20;

/** The settings of batches. */
export interface BatchOrder {
  readonly keySize: KeySize;
  /** Characters of each answer's text. */
  readonly answerBytes: number;
  /** The question on each line. */
  readonly question: string;
  readonly concurrency: number;
}

/** The cost of a batch. */
export interface BatchCost {
  /** From the start of the process to its end. */
  readonly ms: number;
  /** The process's peak of resident memory; 0 where the system does not tell. */
  readonly peakMib: number;
}

/** Prepares keys and files. @returns runs a batch of so many lines */
export async function prepareBatches(
  workshop: Workshop,
  router: RouterProcess,
  { keySize, answerBytes, question, concurrency }: BatchOrder,
): Promise<(lines: number) => Promise<BatchCost>> {
  const [input, output] = [workshop.path('batch-in.jsonl'), workshop.path('batch-out.jsonl')];
  const ca = workshop.path('batch-ca.pem');
  await writeFile(ca, router.ca);
  const keyDir = await workshop.keyDir(keySize, 'batch');
  const where = ['--base-url', router.baseUrl(answerBytes), '--key-dir', keyDir, '--tls-ca', ca];
  const flags = ['-o', output, '--quiet', '--concurrency', String(concurrency), ...where];
  return async (lines) => {
    await writeFile(input, textOf(lines, question));
    for (const name of [output, `${output}.journal`]) await rm(name, { force: true });
    return run(['batch', input, ...flags]);
  };
}

async function run(args: readonly string[]): Promise<BatchCost> {
  const started = performance.now();
  const child = spawn(process.execPath, [NOMYO, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peakMib = 0;
  const timer = setInterval(() => (peakMib = Math.max(peakMib, peakOf(child.pid))), LOOK_MS);
  await once(child, 'exit');
  clearInterval(timer);
  if (child.exitCode !== 0) throw new Error(`nomyo batch ended with ${String(child.exitCode)}`);
  return { ms: performance.now() - started, peakMib };
}

/** As reported by Linux; 0 elsewhere. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return (Number(/^VmHWM:\s+(\d+)/mu.exec(status)?.[1] ?? 0) * 1024) / MIB;
  } catch {
    return 0;
  }
}

const textOf = (lines: number, question: string): string =>
  Array.from({ length: lines }, (_, index) =>
    JSON.stringify({
      custom_id: String(index),
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages: [{ role: 'user', content: question }] },
    }),
  ).join('\n');
