// The package as users install it: nothing may be compiled, and no script may run.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addonPath, require } from './support/addon.mjs';
import { withTempDir } from './support/child.mjs';

const packageDir = dirname(addonPath);
const loaderDir = dirname(require.resolve('node-gyp-build/package.json'));
const manifest = require(join(packageDir, 'package.json'));
const isWindows = process.platform === 'win32';

/** What whoever runs these tests has told its own package manager is none of a user's business. */
const userEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name)),
);

function npm(cwd, args) {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    shell: isWindows,
    env: { ...userEnvironment, NODE_OPTIONS: '' },
  });
  return { status, output: stdout + stderr, stdout };
}

const pack = (dir, to) => {
  const { stdout } = npm(to, ['pack', dir, '--json', '--ignore-scripts']);
  return JSON.parse(stdout)[0];
};

describe('the tarball', () => {
  test('has nothing that makes npm compile', () =>
    withTempDir((dir) => {
      const files = pack(packageDir, dir).files.map(({ path }) => path);
      expect(files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'src/pages.h']));
      expect(files.filter((path) => path.endsWith('.gyp'))).toEqual([]);
      for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
        expect(manifest.scripts).not.toHaveProperty(name);
      }
    }));

  test('npm i, npm ci from its lockfile, and npm i with one: no compiler, no script, no warning', () =>
    withTempDir((dir) => {
      const [addon, loader] = [packageDir, loaderDir].map((from) => `file:${pack(from, dir).filename}`);
      const dependencies = { 'nomyo-native': addon, 'node-gyp-build': loader };
      writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies }));
      for (const command of ['install', 'ci', 'install']) {
        rmSync(join(dir, 'node_modules'), { recursive: true, force: true });
        const { status, output } = npm(dir, [command, '--offline', '--no-audit', '--no-fund']);
        expect({ command, status, output }).toMatchObject({ status: 0 });
        expect(output).not.toMatch(/gyp|warn|script/i);
        const installed = join(dir, 'node_modules/nomyo-native');
        expect(existsSync(join(installed, 'index.js'))).toBe(true);
        expect(readdirSync(installed)).not.toContain('build');
      }
    }));
});
