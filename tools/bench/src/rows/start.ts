/** How long it takes until a process can begin its work. */
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { interleave } from '../interleave.js';
import { NOMYO } from '../programs.js';
import { atMost, beside, HAND_WRITTEN, together, type Row } from '../row.js';
import { BOTH } from './kit.js';

export const start: Row = {
  id: 'start',
  title: 'Start',
  about:
    'A new process with a stored, unencrypted RSA-4096 pair: from its start to its first answer, over a new TLS\n' +
    'connection; and how long the import of each package takes in a process that has imported nothing else.',
  inShort: true,
  goals: {
    start: atMost('start of a process to its first answer', HAND_WRITTEN, 1.15, 2.2),
    import: atMost('import of the package', 'openai', 1, 1.5),
  },
  measure: async ({ workshop, scaled }) => {
    const starts = await interleave(scaled(20), BOTH, async (kind) => {
      const config = await workshop.config({ kind });
      const started = performance.now();
      const child = await workshop.start('first answer', config);
      const ms = performance.now() - started;
      child.stop();
      return ms;
    });
    const packages = { 'nomyo-js': 'nomyo-js', openai: 'openai' };
    const imports = await interleave(scaled(20), packages, async (name) => {
      const child = await workshop.start('import', name);
      const ms = await child.ask('took');
      child.stop();
      return ms;
    });
    return together([
      beside('start', 'start to first answer, ms', starts),
      beside('import', 'import, ms', imports),
    ]);
  },
};

export const command: Row = {
  id: 'command',
  title: 'Start of the command',
  about: 'From the start of `nomyo --version` to its end, beside a Node that does nothing: `node -e 0`.',
  inShort: true,
  goals: { command: atMost('nomyo --version, start to end', 'node -e 0', 1.5, 3) },
  measure: async ({ scaled }) => {
    const programs = { 'nomyo --version': [NOMYO, '--version'], 'node -e 0': ['-e', '0'] };
    // eslint-disable-next-line @typescript-eslint/require-await -- nothing else may run beside the process that is timed
    const times = await interleave(scaled(30), programs, async (args) => {
      const started = performance.now();
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      return performance.now() - started;
    });
    return beside('command', 'start to end, ms', times);
  },
};
