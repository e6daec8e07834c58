/** File systems without hard links, by a double of `link()` that says what theirs says. */
import * as real from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { run } from './support/children.js';
import { rejection } from './support/keys.js';

/** The answers of the test double. */
let code = 'EPERM';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits for a random moment first, so that concurrent callers arrive in any order. */
async function shuffled<T>(task: () => Promise<T>): Promise<T> {
  for (let ticks = Math.floor(Math.random() * 4); ticks > 0; ticks -= 1) await tick();
  return task();
}

jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  link: () => Promise.reject(Object.assign(new Error(code), { code, syscall: 'link' })),
  open: (...args: Parameters<typeof real.open>) => shuffled(() => real.open(...args)),
  readdir: (path: string) => shuffled(() => real.readdir(path)),
  unlink: (path: string) => shuffled(() => real.unlink(path)),
}));

const { DirectoryLock } = await import('../src/disk/lock.node.js');
const { generateKeyFiles, KeyStore, openKnownKeys } = await import('../src/index.js');

const newDirectory = temporaryDirectories('keystore');
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const files = (directory: string): string[] =>
  readdirSync(directory).filter((name) => !name.startsWith('.lock-'));

afterAll(() => {
  jest.restoreAllMocks();
});

describe.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR'])(
  'a disk where link() says %s',
  (said) => {
    it('accepts a pair, a new one, and the known keys of a router', async () => {
      code = said;
      const keyDir = join(newDirectory(), 'keys');
      const store = new KeyStore({ keyDir, keySize: 2048 });
      await store.ready();
      const first = readFileSync(join(keyDir, 'private_key.pem'), 'utf8');
      await store.rotate();
      expect(readFileSync(join(keyDir, 'private_key.pem'), 'utf8')).not.toBe(first);
      store.dispose();
      const print = `sha256/${'A'.repeat(43)}=`;
      const { signal } = new AbortController();
      await openKnownKeys({ keyDir }).remember('router', { fingerprint: print, replaces: undefined }, signal);
      expect(await openKnownKeys({ keyDir }).recall('router')).toBe(print);
      expect(files(keyDir)).toEqual(['.gitignore', 'known_routers', 'private_key.pem', 'public_key.pem']);
    });
  },
);

describe('without hard links', () => {
  it('an existing pair is never overwritten', async () => {
    code = 'EPERM';
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048 });
    const before = readFileSync(join(keyDir, 'private_key.pem'), 'utf8');
    expect(await rejection(generateKeyFiles({ keyDir, keySize: 2048 }))).toMatchObject({
      code: 'KEY_FILE_EXISTS',
    });
    expect(readFileSync(join(keyDir, 'private_key.pem'), 'utf8')).toBe(before);
  });

  it('a lock has at most one holder, in whatever order they ask, and eventually one', async () => {
    code = 'EPERM';
    const directory = newDirectory();
    for (let round = 0; round < 60; round += 1) {
      let held: Awaited<ReturnType<InstanceType<typeof DirectoryLock>['tryAcquire']>>[] = [];
      while (held.length === 0) {
        const asked = Array.from({ length: 6 }, () => new DirectoryLock(directory).tryAcquire());
        held = (await Promise.all(asked)).filter((lock) => lock !== undefined);
      }
      expect(held).toHaveLength(1);
      await held[0]?.check();
      expect(await new DirectoryLock(directory).tryAcquire()).toBeUndefined();
      await held[0]?.release();
    }
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('processes take turns', async () => {
    const directory = newDirectory();
    const preload = ['--import', pathOf('./support/no-links.mjs')];
    const child = [...preload, pathOf('./children/take-turns.mjs'), directory, '12'];
    const ended = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, child)));
    for (const { stdout, stderr } of ended) {
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ overlaps: 0, links: false });
    }
  });
});
