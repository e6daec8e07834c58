// Damaged, foreign and missing binaries; two copies of the library in one process.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addon, addonPath, require } from './support/addon.mjs';
import { withTempDir } from './support/child.mjs';

const packageDir = dirname(addonPath);
const binary = require('node-gyp-build').resolve(packageDir);

/** A copy of the package as it would be installed; the binary is left out. */
function install(dir) {
  const loader = dirname(require.resolve('node-gyp-build/package.json'));
  for (const name of ['index.js', 'package.json']) {
    copyFileSync(join(packageDir, name), join(dir, name));
  }
  cpSync(loader, join(dir, 'node_modules/node-gyp-build'), { recursive: true, dereference: true });
  mkdirSync(join(dir, 'build/Release'), { recursive: true });
  return join(dir, 'build/Release/nomyo-native.node');
}

/** `code` that require() ends with in a process of its own. */
function loadIn(dir, before = '') {
  const script = `${before}
    try { require(${JSON.stringify(dir)}); console.log('loaded'); }
    catch (error) { console.log(error.code); }`;
  const { stdout, signal, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return signal ?? (stdout.trim() || stderr);
}

describe('loading', () => {
  test('a whole installation works', () =>
    withTempDir((dir) => {
      copyFileSync(binary, install(dir));
      expect(loadIn(dir)).toBe('loaded');
    }));

  test('without a binary: an error with a code', () =>
    withTempDir((dir) => {
      install(dir);
      expect(loadIn(dir)).toBe('ERR_NOMYO_NATIVE_NO_BINARY');
    }));

  test('a truncated binary never crashes', () =>
    withTempDir((dir) => {
      const target = install(dir);
      const { length } = readFileSync(binary);
      const cuts = [0, 1, 63, 64, 1000, 4096, 8192, 20_000, length >> 1, length - 4096, length - 1];
      for (const cut of cuts) {
        copyFileSync(binary, target);
        truncateSync(target, cut);
        expect(`${cut}: ${loadIn(dir)}`).toBe(`${cut}: ERR_NOMYO_NATIVE_BINARY`);
      }
    }));

  test('a file that is no library', () =>
    withTempDir((dir) => {
      copyFileSync(addonPath, install(dir));
      expect(loadIn(dir)).toBe('ERR_NOMYO_NATIVE_BINARY');
    }));

  test('a binary of another version', () =>
    withTempDir((dir) => {
      copyFileSync(binary, install(dir));
      const other = `require('module')._extensions['.node'] = (m) => { m.exports = { abiVersion: 1 }; };`;
      expect(loadIn(dir, other)).toBe('ERR_NOMYO_NATIVE_ABI');
    }));

  test('twice in one process, from one file and from two', () =>
    withTempDir((dir) => {
      copyFileSync(binary, install(dir));
      const first = JSON.stringify(packageDir);
      const second = JSON.stringify(dir);
      const script = `
        const one = require(${first});
        delete require.cache[require.resolve(${first})];
        for (const name of Object.keys(require.cache)) if (name.endsWith('.node')) delete require.cache[name];
        const two = require(${first});
        const other = require(${second});
        const open = (by, key) => {
          try { by.aesGcmOpen(key, new Uint8Array(12), new Uint8Array(5), new Uint8Array(16)); }
          catch (error) { return error.code; }
        };
        const regions = [one, two, other].map((addon) => addon.SecureRegion.allocate(32));
        console.log([one, two, other].map((by) => regions.map((key) => open(by, key))).flat().join());
      `;
      const { stdout, signal } = spawnSync(process.execPath, ['-e', script], {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      expect(signal).toBe(null);
      const no = 'ERR_NOMYO_NATIVE_ARGUMENT_TYPE';
      // The same file shares its classes; a second copy of the file refuses them.
      const known = 'ERR_NOMYO_NATIVE_DECRYPT';
      const shared = [known, known, no];
      expect(stdout.trim().split(',')).toEqual([...shared, ...shared, no, no, known]);
    }));

  test('this process has it too', () => {
    expect(addon.abiVersion).toBe(3);
    expect(addon.info().nativeCrypto).toBe(true);
  });
});
