// Runs jest on ES modules. A script, because setting a variable before a command differs between
// shells.
import { join } from 'node:path';

import { require, run } from './toolchain.mjs';

const jest = join(require.resolve('jest/package.json'), '../bin/jest.js');
run(process.execPath, ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)]);
