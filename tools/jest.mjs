// Runs jest in the package it is started from, with ES modules on, and leaves the counts in .results/jest.json
// (which turbo caches) for the sum that `npm test` prints. Arguments go to jest: `node ../../tools/jest.mjs pem`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Longer takes no package; jest itself waits forever for a socket or a timer that a test left behind. */
const LIMIT_MS = 300_000;

const packageDir = process.cwd();
const results = join(packageDir, '.results', 'jest.json');
const jest = createRequire(join(packageDir, 'package.json')).resolve('jest/bin/jest');

// Counts of an earlier run must never stand for this one.
rmSync(results, { force: true });
mkdirSync(dirname(results), { recursive: true });
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--json',
    `--outputFile=${results}`,
    ...process.argv.slice(2),
  ],
  // With --json, jest reports for people on stderr; stdout is a second copy of the file.
  { cwd: packageDir, stdio: ['inherit', 'ignore', 'inherit'], timeout: LIMIT_MS, killSignal: 'SIGKILL' },
);
if (run.error?.code === 'ETIMEDOUT') {
  console.error(`jest did not end within ${LIMIT_MS / 1000} s: something that a test opened is still open.`);
}
process.exit(run.status ?? 1);
