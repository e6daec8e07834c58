// Runs jest in the package it is started from, with ES modules on, and leaves the counts in .results/jest.json
// (which turbo caches) for the sum that `npm test` prints.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const packageDir = process.cwd();
const jest = createRequire(join(packageDir, 'package.json')).resolve('jest/bin/jest.js');
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--json',
    '--outputFile=.results/jest.json',
    '--testLocationInResults',
    ...process.argv.slice(2),
  ],
  { cwd: packageDir, stdio: ['inherit', 'ignore', 'inherit'] },
);
process.exit(run.status ?? 1);
