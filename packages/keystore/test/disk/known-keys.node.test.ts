import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { KeyStore, openKnownKeys, type KnownKeys } from '../../src/index.js';
import { rejection } from '../support/keys.js';

const newDirectory = temporaryDirectories('keystore');

const print = (letter: string): string => `sha256/${letter.repeat(43)}=`;
const { signal } = new AbortController();
const meet = (known: KnownKeys, name: string, fingerprint: string): Promise<boolean> =>
  known.remember(name, { fingerprint, replaces: undefined }, signal);

describe('known keys in a file', () => {
  it('touch nothing until there is something to remember', async () => {
    const keyDir = join(newDirectory(), 'keys');
    expect(await openKnownKeys({ keyDir }).recall('x')).toBeUndefined();
    expect(existsSync(keyDir)).toBe(false);
  });

  it('are one file of mode 0644 in a directory of 0700 that git ignores', async () => {
    const keyDir = join(newDirectory(), 'keys');
    await meet(openKnownKeys({ keyDir }), 'x', print('A'));
    expect(statSync(keyDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(keyDir, 'known_routers')).mode & 0o777).toBe(0o644);
    expect(readdirSync(keyDir).sort()).toEqual(['.gitignore', '.lock-1', 'known_routers']);
  });

  it('are recorded once when many meet a key at the same time, and seen by all', async () => {
    const keyDir = newDirectory();
    const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    const won = await Promise.all(
      letters.map((letter) => meet(openKnownKeys({ keyDir }), 'x', print(letter))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const winner = letters[won.indexOf(true)] ?? '';
    expect(await openKnownKeys({ keyDir }).recall('x')).toBe(print(winner));
  });

  it('preserve each other and the key pair next to them', async () => {
    const keyDir = newDirectory();
    const store = new KeyStore({ keyDir, keySize: 2048 });
    const names = Array.from({ length: 10 }, (_, i) => `https://router-${String(i)}.example/`);
    await Promise.all([
      store.ready(),
      ...names.map((name) => meet(openKnownKeys({ keyDir }), name, print('A'))),
    ]);
    for (const name of names) expect(await openKnownKeys({ keyDir }).recall(name)).toBe(print('A'));
    await store.rotate();
    store.dispose();
    expect(readdirSync(keyDir).filter((name) => !name.startsWith('.lock-'))).toEqual([
      '.gitignore',
      'known_routers',
      'private_key.pem',
      'public_key.pem',
    ]);
  });

  it('are not written after an abort', async () => {
    const keyDir = newDirectory();
    const reason = new Error('no longer wanted');
    const call = openKnownKeys({ keyDir }).remember(
      'x',
      { fingerprint: print('A'), replaces: undefined },
      AbortSignal.abort(reason),
    );
    expect(await rejection(call)).toBe(reason);
    expect(existsSync(join(keyDir, 'known_routers'))).toBe(false);
  });

  it.each<[string, string, (path: string, keyDir: string) => void]>([
    ['damaged', 'KEY_FILE_INVALID', (path) => writeFileSync(path, 'x sha256/short\n')],
    ['of 65 KiB', 'KEY_FILE_INVALID', (path) => writeFileSync(path, '#'.repeat(65 * 1024))],
    [
      'open to changes',
      'KEY_FILE_PERMISSIONS',
      (path) => {
        writeFileSync(path, '');
        chmodSync(path, 0o664);
      },
    ],
    ['in an open directory', 'KEY_FILE_PERMISSIONS', (_path, keyDir) => chmodSync(keyDir, 0o777)],
  ])('that are %s are refused by both calls, and left unchanged', async (_name, code, spoil) => {
    const keyDir = newDirectory();
    const path = join(keyDir, 'known_routers');
    spoil(path, keyDir);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const known = openKnownKeys({ keyDir });
    expect(await rejection(known.recall('x'))).toMatchObject({ name: 'KeyStoreError', code });
    expect(await rejection(meet(known, 'x', print('A')))).toMatchObject({ name: 'KeyStoreError', code });
    expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(before);
  });
});
