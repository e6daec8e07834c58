/** A hostile or broken directory: typed errors that name the path, and nothing overwritten. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { generateKeyFiles, KeyStore, KeyStoreError } from '../src/index.js';
import { rejection } from './support/keys.js';
import { VECTOR_PASSWORD, vectorFile } from './support/vectors.js';

const newDirectory = temporaryDirectories('keystore');

const KEY = vectorFile('rsa2048.pem');
const SEALED = vectorFile('pkcs8-python-best.pem');

/** Each puts something at a path where a key file belongs. */
const INTRUDERS: Readonly<Record<string, readonly [string, (path: string) => void]>> = {
  'a symbolic link to a good key': [
    'KEY_FILE_INVALID',
    (path) => {
      writeFileSync(`${path}.target`, KEY, { mode: 0o600 });
      symlinkSync(`${path}.target`, path);
    },
  ],
  'a symbolic link to nowhere': ['KEY_FILE_INVALID', (path) => symlinkSync('/nowhere/at/all', path)],
  'a directory': ['KEY_FILE_INVALID', (path) => mkdirSync(path)],
  'a pipe': ['KEY_FILE_INVALID', (path) => execFileSync('mkfifo', ['-m', '600', path])],
  'a file of 10 GB': [
    'KEY_FILE_INVALID',
    (path) => {
      writeFileSync(path, KEY, { mode: 0o600 });
      truncateSync(path, 10 * 2 ** 30);
    },
  ],
  'an empty file': ['KEY_FILE_INVALID', (path) => writeFileSync(path, '', { mode: 0o600 })],
  garbage: ['KEY_FILE_INVALID', (path) => writeFileSync(path, vectorFile('garbage.pem'), { mode: 0o600 })],
};

const PRIVATE_INTRUDERS: typeof INTRUDERS = {
  ...INTRUDERS,
  'half a key': [
    'KEY_FILE_INVALID',
    (path) => writeFileSync(path, vectorFile('truncated.pem'), { mode: 0o600 }),
  ],
  'a damaged key': [
    'KEY_FILE_INVALID',
    (path) => writeFileSync(path, vectorFile('flipped.pem'), { mode: 0o600 }),
  ],
  'a key that others can read': ['KEY_FILE_PERMISSIONS', (path) => writeWithMode(path, KEY, 0o644)],
  'a key that the group can read': ['KEY_FILE_PERMISSIONS', (path) => writeWithMode(path, KEY, 0o640)],
  'a key that others can write': ['KEY_FILE_PERMISSIONS', (path) => writeWithMode(path, KEY, 0o602)],
  'a key under a password': ['KEY_FILE_PASSWORD', (path) => writeFileSync(path, SEALED, { mode: 0o600 })],
};

function writeWithMode(path: string, content: Uint8Array, mode: number): void {
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** The contents of the directory, byte for byte as far as they can be read. */
function picture(directory: string): string {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.lock-'))
    .map((name) => {
      const path = join(directory, name);
      const { mode, size, ino, mtimeMs } = lstatSync(path);
      const content = lstatSync(path).isFile() && size < 100_000 ? readFileSync(path, 'base64') : '';
      return [name, mode, size, ino, mtimeMs, content].join(' ');
    })
    .join('\n');
}

const openStore = async (keyDir: string, password?: string): Promise<unknown> => {
  const store = new KeyStore({ keyDir, keySize: 2048, ...(password === undefined ? {} : { password }) });
  const error = await rejection(store.acquire());
  store.dispose();
  return error;
};

describe('in place of the private key', () => {
  it.each(Object.entries(PRIVATE_INTRUDERS))(
    '%s is refused and left unchanged',
    async (_name, [code, put]) => {
      const keyDir = newDirectory();
      const path = join(keyDir, 'private_key.pem');
      put(path);
      const before = picture(keyDir);
      const error = await openStore(keyDir);
      expect(error).toBeInstanceOf(KeyStoreError);
      expect(error).toMatchObject({ code, path });
      expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
      expect(picture(keyDir)).toBe(before);
    },
  );

  it('a socket is refused', async () => {
    const keyDir = newDirectory();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(keyDir, 'private_key.pem'), resolve));
    expect(await openStore(keyDir)).toMatchObject({
      name: 'KeyStoreError',
      path: join(keyDir, 'private_key.pem'),
    });
    server.close();
  });

  it('a key under another password is refused, and not replaced by one without', async () => {
    const keyDir = newDirectory();
    writeFileSync(join(keyDir, 'private_key.pem'), SEALED, { mode: 0o600 });
    const before = picture(keyDir);
    for (const password of ['wrong password', undefined]) {
      expect(await openStore(keyDir, password)).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
    }
    expect(picture(keyDir)).toBe(before);
  });

  it('a key without protection is refused when a password is set', async () => {
    const keyDir = newDirectory();
    writeFileSync(join(keyDir, 'private_key.pem'), KEY, { mode: 0o600 });
    expect(await openStore(keyDir, VECTOR_PASSWORD)).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
  });
});

describe('in place of the public key', () => {
  it.each(Object.entries(INTRUDERS))('%s is refused and left unchanged', async (_name, [code, put]) => {
    const keyDir = newDirectory();
    const path = join(keyDir, 'public_key.pem');
    writeFileSync(join(keyDir, 'private_key.pem'), KEY, { mode: 0o600 });
    put(path);
    const before = picture(keyDir);
    expect(await openStore(keyDir)).toMatchObject({ name: 'KeyStoreError', code, path });
    expect(picture(keyDir)).toBe(before);
  });
});

describe('the directory', () => {
  it.each([0o770, 0o707, 0o777, 0o1777])('is refused with mode %o', async (mode) => {
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048 });
    chmodSync(keyDir, mode);
    const before = picture(keyDir);
    expect(await openStore(keyDir)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS', path: keyDir });
    expect(picture(keyDir)).toBe(before);
  });

  it('is refused before a key is made when others can write to it', async () => {
    const keyDir = newDirectory();
    chmodSync(keyDir, 0o777);
    expect(await openStore(keyDir)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS', path: keyDir });
    expect(readdirSync(keyDir)).toEqual([]);
  });

  it('may not be a file, nor be in one', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, 'mine');
    expect(await openStore(file)).toMatchObject({ name: 'KeyStoreError', path: file });
    expect(await openStore(join(file, 'keys'))).toMatchObject({
      name: 'KeyStoreError',
      path: join(file, 'keys'),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('can be repaired: the same store works afterwards', async () => {
    const keyDir = newDirectory();
    const path = join(keyDir, 'private_key.pem');
    writeFileSync(path, 'garbage', { mode: 0o600 });
    const store = new KeyStore({ keyDir, keySize: 2048 });
    expect(await rejection(store.ready())).toMatchObject({ code: 'KEY_FILE_INVALID' });
    rmSync(path);
    await store.ready();
    store.dispose();
    expect(readFileSync(path, 'utf8')).toContain('BEGIN PRIVATE KEY');
  });

  it('is read, and a symbolic link that is planted for a temporary file is not followed', async () => {
    const keyDir = newDirectory();
    const target = join(newDirectory(), 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, join(keyDir, '.gitignore'));
    const store = new KeyStore({ keyDir, keySize: 2048 });
    await store.ready();
    store.dispose();
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });
});
