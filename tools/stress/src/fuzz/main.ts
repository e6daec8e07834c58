/**
 * `pnpm stress:fuzz`: bad input to everything that takes input from outside, on both sides of the conditional imports.
 * Only typed errors may come back, no case may take longer than a second, and nothing may grow.
 */
import { ended, startProgram } from '../common/child.js';
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import type { WorkerMessage } from './messages.js';
import { describeFuzz, judgeFuzz, summarizeFuzz } from './report.js';
import type { FuzzReport } from './run.js';
import type { Runtime } from './target.js';

const FLAGS = {
  cases: { default: 120_000, short: 2000, min: 1, max: 100_000_000, help: 'bad inputs, over both runtimes' },
} as const;

/** Two thirds of the cases meet Node's side, where files and the second engine are. */
const SHARES: Readonly<Record<Runtime, number>> = { node: 2 / 3, browser: 1 / 3 };

/** Without a sign of life for this long, a case hangs; in ms. */
const SILENCE_MS = 60_000;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const cases = flags.number('cases');
  console.log(`fuzz: ${String(cases)} cases, --seed ${String(flags.seed)}`);
  console.log(`${provenance(new Date())}\n`);
  const reports: FuzzReport[] = [];
  for (const runtime of ['node', 'browser'] as const) {
    const report = await runWorker(runtime, flags.seed, Math.ceil(cases * SHARES[runtime]));
    console.log(describeFuzz(report));
    reports.push(report);
  }
  console.log(summarizeFuzz(reports));
  return reports.flatMap(judgeFuzz);
});

/** @throws when it hangs or crashes, with the last case that is known of */
async function runWorker(runtime: Runtime, seed: number, cases: number): Promise<FuzzReport> {
  const conditions = runtime === 'browser' ? ['--conditions=browser'] : [];
  const child = startProgram('fuzz/worker-main.js', [runtime, String(seed), String(cases)], conditions);
  let at = 'the preparation';
  let report: FuzzReport | undefined;
  const watchdog = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
  child.on('message', (message: WorkerMessage) => {
    watchdog.refresh();
    if (message.kind === 'report') report = message.report;
    else at = `${message.target} ${String(message.index)}`;
  });
  await ended(child);
  clearTimeout(watchdog);
  if (report === undefined) throw new Error(`the ${runtime} worker hung or crashed after ${at}`);
  return report;
}
