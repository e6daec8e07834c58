/**
 * `pnpm stress:gateway`: the command `nomyo gateway` as a process of its own, with 64 clients of four protocols at once.
 * The router fails on purpose, clients go away, and hostile requests come in between. No answer may reach another client,
 * no call may stay, memory and sockets must be flat, and SIGTERM must end it with 0.
 */
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import { megabytes } from '../common/resources.js';
import { describeGateway, judgeGateway } from './report.js';
import { runGateway } from './run.js';

const FLAGS = {
  calls: { default: 10_000, short: 640, min: 64, max: 100_000_000, help: 'calls in all, at least' },
  minutes: { default: 10, short: 0, min: 0, max: 10_000, help: 'for as long, at least' },
  clients: { default: 64, short: 64, min: 1, max: 1000, help: 'clients at once' },
  hostile: {
    default: 2_000,
    short: 120,
    min: 0,
    max: 100_000_000,
    help: 'requests that no client would send, in as many calls as --calls says',
  },
} as const;

const MINUTE_MS = 60_000;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const [calls, clients, hostile] = [flags.number('calls'), flags.number('clients'), flags.number('hostile')];
  const minutes = flags.number('minutes');
  const { seed } = flags;
  const time = minutes === 0 ? '' : `${String(minutes)} minutes, `;
  console.log(`gateway: ${String(calls)} calls, ${time}${String(clients)} at once, --seed ${String(seed)}`);
  console.log(`${provenance(new Date())}\n`);
  const report = await runGateway({
    ...{ calls, clients, hostile, seed, ms: minutes * MINUTE_MS },
    progress: (done, facts) => {
      const shown =
        facts === undefined ? '' : `rss ${megabytes(facts.rss)}, ${String(facts.descriptors)} descriptors`;
      console.log(`${String(done).padStart(9)}  ${shown}`);
    },
  });
  console.log(`\n${describeGateway(report)}`);
  return judgeGateway(report);
});
