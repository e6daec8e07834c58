// Runs jest in the package it is started from, with ES modules on, and leaves the counts in .results/jest.json
// (which turbo caches) for the sum that `npm test` prints. Arguments go to jest: `node ../../tools/jest.mjs pem`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How long jest may stay after its last test; a socket or a timer that a test left open keeps it forever. */
const GRACE_MS = 15_000;

const packageDir = process.cwd();
const results = join(packageDir, '.results', 'jest.json');
const jest = createRequire(join(packageDir, 'package.json')).resolve('jest/bin/jest');

// Counts of an earlier run must never stand for this one.
rmSync(results, { force: true });
mkdirSync(dirname(results), { recursive: true });
const run = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--json',
    `--outputFile=${results}`,
    // A deadline for what hangs, not a measure: two busy cores make RSA keys slowly.
    '--testTimeout=120000',
    ...process.argv.slice(2),
  ],
  // With --json, jest reports for people on stderr; stdout is a second copy of the file.
  { cwd: packageDir, stdio: ['inherit', 'ignore', 'inherit'] },
);

const watch = setInterval(() => {
  if (!existsSync(results)) return;
  clearInterval(watch);
  setTimeout(() => {
    console.error('jest does not end: something that a test opened is still open.');
    run.kill('SIGKILL');
  }, GRACE_MS).unref();
}, 500);

run.on('exit', (code) => {
  clearInterval(watch);
  process.exitCode = code ?? 1;
});
