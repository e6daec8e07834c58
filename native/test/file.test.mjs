import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';
import { withTempDir } from './support/child.mjs';

const onUnix = process.platform === 'win32' ? test.skip : test;

describe('readFile', () => {
  test.each([1, 4095, 4096, 4097, 16_384, 70_000])('reads %i bytes', async (length) => {
    await withTempDir(async (dir) => {
      const contents = bytesOf(addon.randomBytes(length));
      const path = join(dir, 'a käy with a näme 🔑.pem');
      writeFileSync(path, contents);
      for (const maxLength of [length, length + 1, 1_000_000]) {
        const region = await addon.readFile(path, maxLength);
        expect(region.length).toBe(length);
        expect(bytesOf(region).equals(contents)).toBe(true);
        region.release();
      }
      expect(await codeOf(() => addon.readFile(path, Math.max(1, length - 1)))).toBe(
        length === 1 ? 'nothing was thrown' : 'ERR_NOMYO_NATIVE_FILE_TOO_LARGE',
      );
    });
  });

  onUnix('reads a descriptor from its start and leaves it open', async () => {
    await withTempDir(async (dir) => {
      writeFileSync(join(dir, 'key'), 'contents');
      const fd = openSync(join(dir, 'key'), 'r');
      for (let i = 0; i < 2; i++) {
        expect(bytesOf(await addon.readFile(fd, 100)).toString()).toBe('contents');
      }
      closeSync(fd);
      expect(await codeOf(() => addon.readFile(fd, 100))).toBe('ERR_NOMYO_NATIVE_FILE');
    });
  });

  test('tells a missing file from one that cannot be read', async () => {
    await withTempDir(async (dir) => {
      mkdirSync(join(dir, 'folder'));
      writeFileSync(join(dir, 'empty'), '');
      const read = (name) => codeOf(() => addon.readFile(join(dir, name), 100));
      expect(await read('missing')).toBe('ERR_NOMYO_NATIVE_FILE_NOT_FOUND');
      expect(await read('missing/deeper')).toBe('ERR_NOMYO_NATIVE_FILE_NOT_FOUND');
      expect(await read('folder')).toBe('ERR_NOMYO_NATIVE_FILE');
      expect(await read('empty')).toBe('ERR_NOMYO_NATIVE_FILE_EMPTY');
    });
  });

  onUnix('does not wait for a pipe, and stops at maxLength of an endless file', async () => {
    await withTempDir(async (dir) => {
      const pipe = join(dir, 'pipe');
      spawnSync('mkfifo', [pipe]);
      expect(await codeOf(() => addon.readFile(pipe, 100))).toBe('ERR_NOMYO_NATIVE_FILE');
      expect(await codeOf(() => addon.readFile('/dev/zero', 100_000))).toBe(
        'ERR_NOMYO_NATIVE_FILE_TOO_LARGE',
      );
    });
  });
});
