/**
 * A run over one set of targets, on both sides of the conditional imports: only typed errors may come back, no case may take
 * longer than a second, and nothing may grow.
 */
import { ended, startProgram } from '../common/child.js';
import { Flags, type NumberFlag } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import type { TargetSet, WorkerMessage } from './messages.js';
import { describeFuzz, judgeFuzz, summarizeFuzz } from './report.js';
import type { FuzzReport } from './run.js';
import type { Runtime } from './target.js';

/** Two thirds of the cases meet Node's side, where files and the second engine are. */
const SHARES: Readonly<Record<Runtime, number>> = { node: 2 / 3, browser: 1 / 3 };

/** Without a sign of life for this long, a case hangs; in ms. */
const SILENCE_MS = 60_000;

export interface FuzzProgram {
  /** As it is typed: `pnpm stress:NAME`. */
  readonly name: string;
  readonly targets: TargetSet;
  readonly cases: Pick<NumberFlag, 'default' | 'short'>;
}

export async function runFuzz({ name, targets, cases: sizes }: FuzzProgram): Promise<void> {
  await runProgram(async () => {
    const help = 'bad inputs, over both runtimes';
    const flags = new Flags({ cases: { ...sizes, min: 1, max: 100_000_000, help } }, process.argv.slice(2));
    const cases = flags.number('cases');
    console.log(`${name}: ${String(cases)} cases, --seed ${String(flags.seed)}`);
    console.log(`${provenance(new Date())}\n`);
    const reports: FuzzReport[] = [];
    for (const runtime of ['node', 'browser'] as const) {
      const size = Math.ceil(cases * SHARES[runtime]);
      const report = await runWorker({ runtime, targets, seed: flags.seed, cases: size });
      console.log(describeFuzz(report));
      reports.push(report);
    }
    console.log(summarizeFuzz(reports));
    return reports.flatMap(judgeFuzz);
  });
}

interface Work {
  readonly runtime: Runtime;
  readonly targets: TargetSet;
  readonly seed: number;
  readonly cases: number;
}

/** @throws when it hangs or crashes, with the last case that is known of */
async function runWorker({ runtime, targets, seed, cases }: Work): Promise<FuzzReport> {
  const conditions = runtime === 'browser' ? ['--conditions=browser'] : [];
  const args = [runtime, targets, String(seed), String(cases)];
  const child = startProgram('fuzz/worker-main.js', args, conditions);
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
