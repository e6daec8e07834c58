// The lower layer without JavaScript: overruns that must end a process, forks, threads.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

const script = join(import.meta.dirname, '../scripts/test-cpp.mjs');

// MSVC builds the addon on Windows; the same tests run there under wine: scripts/test-windows.mjs.
const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('the unit tests in C++ pass', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--plain'], { encoding: 'utf8' });
  expect({ status, failed: stdout.match(/^FAIL.*$/gm), stderr }).toEqual({
    status: 0,
    failed: null,
    stderr: '',
  });
  for (const name of [
    'AnOverrunFaultsAtTheGuardPage',
    'AnUnderrunChangesTheCanary',
    'AForkedChildReadsZeros',
  ]) {
    expect(stdout).toContain(`ok   ${name}`);
  }
});
