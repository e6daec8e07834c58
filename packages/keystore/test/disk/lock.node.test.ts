import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { until } from '@nomyo/testkit';
import { DirectoryLock } from '../../src/disk/lock.node.js';
import { rejection } from '../support/keys.js';
import { runChild } from '../support/children.js';

const newDirectory = temporaryDirectories('keystore');

describe('the lock of a directory', () => {
  it('has one holder', async () => {
    const directory = newDirectory();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => new DirectoryLock(directory).tryAcquire()),
    );
    const held = all.filter((lock) => lock !== undefined);
    expect(held).toHaveLength(1);
    expect(await new DirectoryLock(directory).tryAcquire()).toBeUndefined();
    await held[0]?.check();
    await held[0]?.release();
  });

  it('can be retaken when free, and leaves one file', async () => {
    const directory = newDirectory();
    for (let i = 1; i <= 5; i += 1) {
      const lock = await new DirectoryLock(directory).tryAcquire();
      expect(lock).toBeDefined();
      await lock?.release();
      expect(readdirSync(directory)).toEqual([`.lock-${String(i)}`]);
    }
  });

  it('is taken over at once from a dead process', async () => {
    const directory = newDirectory();
    expect(await runChild('lock-and-die.mjs', [directory])).toMatchObject({ stdout: 'locked\n' });
    expect(readFileSync(join(directory, '.lock-1'), 'utf8')).toMatch(/^\d+\n/);
    const lock = await new DirectoryLock(directory).tryAcquire();
    expect(lock).toBeDefined();
    await lock?.release();
    expect(readdirSync(directory)).toEqual(['.lock-2']);
  });

  it.each([
    ['in another container or on another machine', '1\nelsewhere boot pid:[1]\n'],
    ['under a process id that another process has now', `${String(process.pid)}\n${hostname()}\n`],
    ['who wrote nonsense', 'nonsense'],
  ])('is taken over after 15 s without a sign of life from a holder %s', async (_name, content) => {
    const directory = newDirectory();
    writeFileSync(join(directory, '.lock-7'), content);
    const lock = new DirectoryLock(directory);
    expect(await lock.tryAcquire()).toBeUndefined();
    const now = performance.now.bind(performance);
    try {
      performance.now = () => now() + 14_000;
      expect(await lock.tryAcquire()).toBeUndefined();
      performance.now = () => now() + 16_000;
      const taken = await lock.tryAcquire();
      expect(taken).toBeDefined();
      await taken?.release();
    } finally {
      performance.now = now;
    }
  });

  it('is not taken over while the holder shows signs of life', async () => {
    const directory = newDirectory();
    const holder = await new DirectoryLock(directory).tryAcquire();
    const waiting = new DirectoryLock(directory);
    expect(await waiting.tryAcquire()).toBeUndefined();
    const lastSign = (): bigint => statSync(join(directory, '.lock-1'), { bigint: true }).mtimeNs;
    const before = lastSign();
    await until(() => lastSign() > before);
    const now = performance.now.bind(performance);
    try {
      performance.now = () => now() + 16_000;
      expect(await waiting.tryAcquire()).toBeUndefined();
    } finally {
      performance.now = now;
    }
    await holder?.check();
    await holder?.release();
  });

  it('tells a holder that was asleep that it has lost the lock', async () => {
    const directory = newDirectory();
    const asleep = await new DirectoryLock(directory).tryAcquire();
    writeFileSync(join(directory, '.lock-2'), '');
    expect(await rejection(asleep?.check() ?? Promise.resolve())).toMatchObject({
      code: 'KEY_FILE_UNWRITABLE',
    });
    await asleep?.release();
    expect(readFileSync(join(directory, '.lock-2'), 'utf8')).toBe('');
  });

  it('never takes a number below the highest', async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, '.lock-9'), '');
    writeFileSync(join(directory, '.lock-3'), 'held by nobody');
    const lock = await new DirectoryLock(directory).tryAcquire();
    expect(readdirSync(directory)).toEqual(['.lock-10']);
    await lock?.release();
  });

  it.each<[string, (path: string) => void]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    [
      'a file of 10 GB',
      (path) => {
        writeFileSync(path, 'x');
        truncateSync(path, 10 * 2 ** 30);
      },
    ],
  ])('neither hangs nor reads for long when %s is in its place', async (_name, put) => {
    const directory = newDirectory();
    put(join(directory, '.lock-1'));
    const lock = await new DirectoryLock(directory).tryAcquire();
    await lock?.release();
  });

  it('follows no symbolic link', async () => {
    const directory = newDirectory();
    symlinkSync('/dev/null', join(directory, '.lock-1'));
    expect(await rejection(new DirectoryLock(directory).tryAcquire())).toMatchObject({
      code: 'KEY_FILE_INVALID',
      path: join(directory, '.lock-1'),
    });
  });

  it('says when it cannot be written', async () => {
    const directory = join(newDirectory(), 'gone');
    expect(await rejection(new DirectoryLock(directory).tryAcquire())).toMatchObject({
      name: 'KeyStoreError',
    });
    mkdirSync(directory);
    mkdirSync(join(directory, '.lock-1'));
    expect(await rejection(new DirectoryLock(directory).tryAcquire())).toMatchObject({
      name: 'KeyStoreError',
    });
  });
});
