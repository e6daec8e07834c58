// Compiles the addon for this machine into build/Release. Writes nothing outside this folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { headersDir, packageDir, require, run } from './toolchain.mjs';

const nodeGyp = join(require.resolve('node-gyp/package.json'), '../bin/node-gyp.js');
const headers = headersDir();
const verb = existsSync(join(packageDir, 'build/Makefile')) ? ['build'] : ['configure', 'build'];

run(process.execPath, [
  nodeGyp,
  ...verb,
  '--jobs=2',
  '--loglevel=warn',
  ...(headers ? [`--nodedir=${headers}`] : []),
]);
