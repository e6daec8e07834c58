// 200 rounds of eight workers that are terminated in the middle of everything, and 2,000 rounds of
// releases under running jobs: minutes, not seconds.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { packageDir } from './toolchain.mjs';

const children = [
  { script: 'workers.mjs', rounds: process.argv[2] ?? '200', nodeArgs: [] },
  { script: 'jobs.mjs', rounds: process.argv[3] ?? '2000', nodeArgs: ['--expose-gc'] },
];
for (const { script, rounds, nodeArgs } of children) {
  const start = Date.now();
  const path = join(packageDir, 'test/children', script);
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, path, rounds], {
    encoding: 'utf8',
  });
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(`${script}: ${signal ?? `exit ${status}`} after ${seconds} s ${stdout.trim()}`);
  if (status !== 0) {
    console.error(stderr);
    process.exitCode = 1;
  }
}
