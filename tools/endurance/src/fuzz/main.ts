/**
 * `pnpm test:fuzz`: bad input to everything that takes input from outside, on both sides of the conditional imports.
 * Only typed errors may come back, no case may take longer than a second, and nothing may grow.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readFlags } from '../common/flags.js';
import { duration, provenance } from '../common/table.js';
import { fuzzRow, judgeFuzz, printReport } from './report.js';
import type { FuzzReport } from './run.js';
import type { Runtime } from './target.js';
import type { WorkerMessage } from './worker.js';

const FLAGS = {
  cases: { default: 100_000, min: 1, max: 100_000_000, help: 'bad inputs, over both runtimes' },
} as const;

/** Two thirds of the cases meet Node's side, where files and the second engine are. */
const SHARES: Readonly<Record<Runtime, number>> = { node: 2 / 3, browser: 1 / 3 };

/** Without a sign of life for this long, a case hangs; in ms. */
const SILENCE_MS = 60_000;

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

const flags = readFlags(FLAGS, process.argv.slice(2));
console.log(`fuzz: ${String(flags.cases)} cases, --seed ${String(flags.seed)}`);
const started = Date.now();
const reports: FuzzReport[] = [];
for (const runtime of ['node', 'browser'] as const) {
  const report = await runWorker(runtime, Math.ceil(flags.cases * SHARES[runtime]));
  printReport(report);
  reports.push(report);
}
const failures = reports.flatMap(judgeFuzz);
for (const failure of failures) console.log(`FAILED  ${failure}`);
console.log(`\n${failures.length === 0 ? 'passed' : 'FAILED'} in ${duration(Date.now() - started)}`);
console.log(fuzzRow(reports, flags.seed, Date.now() - started, provenance(new Date())));
process.exitCode = failures.length === 0 ? 0 : 1;

function runWorker(runtime: Runtime, cases: number): Promise<FuzzReport> {
  const args = [runtime, String(flags.seed), String(cases)];
  const execArgv = runtime === 'browser' ? ['--conditions=browser'] : [];
  const child = fork(WORKER, args, { execArgv });
  let at = 'the preparation';
  return new Promise((resolve, reject) => {
    let watchdog: NodeJS.Timeout | undefined;
    const expectLife = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
    };
    expectLife();
    child.on('message', (message: WorkerMessage) => {
      expectLife();
      if (message.kind === 'report') resolve(message.report);
      else at = `${message.target} ${String(message.index)}`;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(watchdog);
      reject(new Error(`the ${runtime} worker ended (${String(signal ?? code)}) after ${at}: a hang or a crash`));
    });
  });
}
