/**
 * `pnpm stress:v2-chaos`: calls of protocol 2 through a proxy that cuts the answer at every boundary of a frame and inside
 * of frames, flips bits, and answers in the router's place. A call ends with its own whole answer or with a typed error, and
 * nothing runs twice.
 */
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import { describeChaos, judgeChaos } from './report.js';
import { runChaos } from './run.js';

const FLAGS = {
  requests: { default: 5_000, short: 200, min: 1, max: 1_000_000, help: 'calls in all' },
  concurrency: { default: 32, short: 16, min: 1, max: 1_000, help: 'lanes at once' },
  timeout: { default: 3_000, short: 2_000, min: 100, max: 600_000, help: 'of one attempt, in ms' },
} as const;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const { seed } = flags;
  const [requests, concurrency] = [flags.number('requests'), flags.number('concurrency')];
  console.log(`chaos-v2: ${String(requests)} calls, ${String(concurrency)} at once, --seed ${String(seed)}`);
  console.log(`${provenance(new Date())}\n`);
  const report = await runChaos({ requests, concurrency, seed, timeout: flags.number('timeout') });
  console.log(describeChaos(report));
  return judgeChaos(report);
});
