/**
 * `pnpm test:chaos`: thousands of calls against a router that injects every fault it knows. Every call must end
 * within its deadline, with its own answer or with an error that its faults allow; and nothing may be left behind.
 */
import { expectEnd } from '../common/exit.js';
import { readFlags } from '../common/flags.js';
import { duration, provenance } from '../common/table.js';
import { chaosRow, judgeChaos, printChaos } from './report.js';
import { runChaos } from './run.js';

const FLAGS = {
  requests: { default: 10_000, min: 1, max: 10_000_000, help: 'calls in all' },
  concurrency: { default: 32, min: 1, max: 1000, help: 'calls at once' },
  timeout: { default: 3000, min: 100, max: 600_000, help: 'of one attempt, in ms' },
} as const;

const plan = readFlags(FLAGS, process.argv.slice(2));
const { requests, concurrency, seed } = plan;
console.log(`chaos: ${String(requests)} calls, ${String(concurrency)} at once, --seed ${String(seed)}`);
const report = await runChaos(plan);
printChaos(report);
const failures = judgeChaos(report);
for (const failure of failures) console.log(`FAILED  ${failure}`);
console.log(`\n${failures.length === 0 ? 'passed' : 'FAILED'} in ${duration(report.elapsedMs)}`);
console.log(chaosRow(report, plan, failures.length, provenance(new Date())));
process.exitCode = failures.length === 0 ? 0 : 1;
expectEnd(5000);
