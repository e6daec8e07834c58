/**
 * `pnpm stress:soak`: one client that is asked hundreds of thousands of times. Memory and handles must be flat over the
 * last three quarters. RSA keys of 2048 bits, for more calls in less time.
 */
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import { describeSample, describeSoak, judgeSoak } from './report.js';
import { runSoak } from './run.js';

const FLAGS = {
  requests: { default: 200_000, short: 1200, min: 8, max: 1_000_000_000, help: 'calls in all' },
  concurrency: { default: 16, short: 16, min: 1, max: 1000, help: 'calls at once' },
  samples: { default: 144, short: 24, min: 8, max: 10_000, help: 'looks at the process' },
  minutes: { default: 120, short: 3, min: 1, max: 100_000, help: 'the run ends after this' },
} as const;

/** Lines of progress in a run. */
const PROGRESS_LINES = 12;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const [requests, concurrency] = [flags.number('requests'), flags.number('concurrency')];
  const [samples, minutes] = [flags.number('samples'), flags.number('minutes')];
  const { seed } = flags;
  console.log(`soak: ${String(requests)} calls, ${String(concurrency)} at once, --seed ${String(seed)}`);
  console.log(`${provenance(new Date())}\n`);
  let seen = 0;
  const report = await runSoak({
    ...{ requests, concurrency, seed, samples, minutes },
    progress: (sample) => {
      seen += 1;
      if (seen % Math.ceil(samples / PROGRESS_LINES) === 0) console.log(describeSample(sample));
    },
  });
  console.log(`\n${describeSoak(report)}`);
  return judgeSoak(report, requests);
});
