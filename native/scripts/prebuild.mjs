// Makes the binary of this platform that goes into the tarball: prebuilds/PLATFORM-ARCH/. One
// binary serves every Node version from 20.19 on (Node-API 8).
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { checkPrebuilds } from './check-symbols.mjs';
import { headersDir, packageDir, require } from './toolchain.mjs';

const prebuildify = promisify(require('prebuildify'));
const nodeGyp = join(require.resolve('node-gyp/package.json'), '../bin/node-gyp.js');
const headers = headersDir();
if (headers) process.env.npm_config_nodedir = headers;

await prebuildify({
  cwd: packageDir,
  napi: true,
  strip: true,
  tagLibc: process.platform === 'linux',
  targets: [process.versions.node],
  nodeGyp,
  cache: join(packageDir, 'build-cache'),
  quiet: true,
});
rmSync(join(packageDir, 'build-cache'), { recursive: true, force: true });
checkPrebuilds();
