/** How each of the programs begins and ends. */
import { getMemoryProtectionInfo } from '@nomyo/crypto';
import { FlagError } from './flags.js';
import { duration } from './table.js';

/** How long a program that has finished may take to end by itself, in ms. */
const END_MS = 5000;

/**
 * Runs a program: exit code 0 when nothing was wrong, 1 with a sentence on each thing that was, 2 for wrong flags.
 *
 * @param task gives what is wrong, in sentences
 */
export async function runProgram(task: () => Promise<readonly string[]>): Promise<void> {
  const started = performance.now();
  const failures = await task().catch(failureOf);
  if (failures === undefined) return;
  for (const failure of failures) console.log(`FAILED  ${failure}`);
  const verdict = failures.length === 0 ? 'passed' : `FAILED (${String(failures.length)})`;
  console.log(`\n${verdict} in ${duration(performance.now() - started)}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
  expectEnd();
}

/** @returns `undefined` when there was no run */
function failureOf(error: unknown): readonly string[] | undefined {
  if (!(error instanceof FlagError)) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  console.error(error.message);
  process.exitCode = 2;
  return undefined;
}

/** Date, versions and protection of memory: what a figure was measured with. */
export function provenance(now: Date): string {
  const { node, openssl } = process.versions;
  const { method } = getMemoryProtectionInfo();
  return `${now.toISOString().slice(0, 10)}, Node ${node}, OpenSSL ${openssl}, memory protection: ${method}`;
}

/** Says what keeps the process alive when it does not end by itself, and ends it with code 1. */
function expectEnd(): void {
  const timer = setTimeout(() => {
    console.log(`FAILED  the process does not end: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, END_MS);
  timer.unref();
}
