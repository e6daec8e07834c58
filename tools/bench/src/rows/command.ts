import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { interleave } from '../interleave.js';
import { NOMYO } from '../programs.js';
import { atMost, beside, type Row } from '../row.js';

const ROUNDS = { full: 30, short: 6 } as const;

/** The time a shell waits before a command can begin its work. */
export const command: Row = {
  id: 'command',
  title: 'Start of the command',
  about: 'From the start of `nomyo --version` to its end, beside a Node that does nothing: `node -e 0`.',
  inShort: true,
  goals: [
    atMost('command', { what: 'nomyo --version, start to end', beside: 'node -e 0', goal: 1.5, band: 3 }),
  ],
  measure: async ({ short }) => {
    const programs = { 'nomyo --version': () => run(NOMYO, '--version'), 'node -e 0': () => run('-e', '0') };
    const times = await interleave(programs, short ? ROUNDS.short : ROUNDS.full);
    return beside('command', 'start to end, ms', times);
  },
};

/** In ms. */
// eslint-disable-next-line @typescript-eslint/require-await -- nothing else may run beside the process that is timed
async function run(...args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}`);
  return performance.now() - started;
}
