/**
 * `pnpm stress:chaos`: thousands of calls against a router that injects every fault it knows. Every call must end
 * within its deadline, with its own answer or with an error that its faults allow; and nothing may be left behind.
 */
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import { describeChaos, judgeChaos } from './report.js';
import { runChaos } from './run.js';

const FLAGS = {
  requests: { default: 10_000, short: 300, min: 1, max: 1_000_000, help: 'calls in all' },
  concurrency: { default: 32, short: 32, min: 1, max: 1000, help: 'calls at once' },
  timeout: { default: 3000, short: 2000, min: 100, max: 600_000, help: 'of one attempt, in ms' },
} as const;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const { seed } = flags;
  const [requests, concurrency] = [flags.number('requests'), flags.number('concurrency')];
  console.log(`chaos: ${String(requests)} calls, ${String(concurrency)} at once, --seed ${String(seed)}`);
  console.log(`${provenance(new Date())}\n`);
  const report = await runChaos({ requests, concurrency, seed, timeout: flags.number('timeout') });
  console.log(describeChaos(report));
  return judgeChaos(report);
});
