/** A store that is moved: rotation inherits place and password, and never lowers the protection. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import {
  generateKeyFiles,
  KeyStore,
  loadKeyFiles,
  type KeyStoreEvent,
  type KeyStoreOptions,
} from '../src/index.js';
import { rejection } from './support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const PASSWORD = 'correct horse battery';
const sealed = (directory: string): boolean =>
  readFileSync(join(directory, 'private_key.pem'), 'utf8').includes('BEGIN ENCRYPTED PRIVATE KEY');

function storeAt(options: KeyStoreOptions): { store: KeyStore; events: KeyStoreEvent[] } {
  const events: KeyStoreEvent[] = [];
  return {
    store: new KeyStore({ keySize: 2048, onEvent: (event) => events.push(event), ...options }),
    events,
  };
}

const pemOf = async (store: KeyStore): Promise<string> => {
  const lease = await store.acquire();
  lease.release();
  return lease.keys.publicKey.pem;
};

const loaded = async (directory: string, password: string): Promise<string> => {
  const key = await loadKeyFiles({ privateKeyPath: join(directory, 'private_key.pem'), password });
  key.dispose();
  return key.publicKey.pem;
};

describe('after moveTo', () => {
  it('a directory with a password, rotation stays there, under it, twice in a row', async () => {
    const [own, keyDir] = [join(newDirectory(), 'own'), join(newDirectory(), 'keys')];
    for (let run = 1; run <= 2; run += 1) {
      const { store } = storeAt({ keyDir: own });
      await store.moveTo({ keyDir, password: PASSWORD });
      const before = await pemOf(store);
      expect(await loaded(keyDir, PASSWORD)).toBe(before);
      await store.rotate();
      expect(await pemOf(store)).not.toBe(before);
      expect(await loaded(keyDir, PASSWORD)).toBe(await pemOf(store));
      expect(sealed(keyDir)).toBe(true);
      store.dispose();
    }
    expect(existsSync(own)).toBe(false);
  });

  it('memory, rotation writes nothing', async () => {
    const keyDir = join(newDirectory(), 'keys');
    const { store, events } = storeAt({ keyDir });
    await store.moveTo({ keyDir: null });
    const before = await pemOf(store);
    await store.rotate();
    expect(await pemOf(store)).not.toBe(before);
    expect(existsSync(keyDir)).toBe(false);
    expect(events.map(({ type }) => type)).toEqual(['key-generated', 'key-rotated']);
    store.dispose();
  });

  it('rotated pairs go to rotationDir where the store has one, under the password too', async () => {
    const [keyDir, rotationDir] = [newDirectory(), newDirectory()];
    const { store } = storeAt({ keyDir: newDirectory(), rotationDir });
    await store.moveTo({ keyDir, password: PASSWORD });
    await store.rotate();
    expect(await loaded(rotationDir, PASSWORD)).toBe(await pemOf(store));
    expect([sealed(keyDir), sealed(rotationDir)]).toEqual([true, true]);
    store.dispose();
  });

  it('the password of the store is the default', async () => {
    const keyDir = newDirectory();
    const { store } = storeAt({ keyDir: newDirectory(), password: PASSWORD });
    await store.moveTo({ keyDir });
    expect(await loaded(keyDir, PASSWORD)).toBe(await pemOf(store));
    store.dispose();
  });

  it('a pair under another password stays as it is, and so does the store', async () => {
    const [own, keyDir] = [newDirectory(), newDirectory()];
    await generateKeyFiles({ keyDir, keySize: 2048, password: PASSWORD });
    const before = readFileSync(join(keyDir, 'private_key.pem'));
    const { store } = storeAt({ keyDir: own });
    const at = await pemOf(store);
    for (const options of [{ keyDir }, { keyDir, password: 'another password' }]) {
      expect(await rejection(store.moveTo(options))).toMatchObject({ code: 'KEY_FILE_EXISTS' });
    }
    expect(await rejection(store.moveTo({ keyDir, password: undefined } as never))).toMatchObject({
      name: 'InvalidArgumentError',
      argument: 'password',
    });
    expect(readFileSync(join(keyDir, 'private_key.pem')).equals(before)).toBe(true);
    expect(await pemOf(store)).toBe(at);
    store.dispose();
  });

  it('a request made meanwhile waits for the new pair', async () => {
    const [own, keyDir] = [join(newDirectory(), 'own'), newDirectory()];
    const { store } = storeAt({ keyDir: own });
    const moving = store.moveTo({ keyDir, password: PASSWORD });
    const pem = await pemOf(store);
    await moving;
    expect(pem).toBe(await loaded(keyDir, PASSWORD));
    expect(existsSync(own)).toBe(false);
    store.dispose();
  });
});

describe('after loadFrom', () => {
  it('a file under a password, rotation stays beside it, under it, twice in a row', async () => {
    const [own, keyDir] = [join(newDirectory(), 'own'), newDirectory()];
    const { privateKeyPath, publicKeyPath } = await generateKeyFiles({
      keyDir,
      keySize: 2048,
      password: PASSWORD,
    });
    for (let run = 1; run <= 2; run += 1) {
      const { store } = storeAt({ keyDir: own });
      await store.loadFrom({ privateKeyPath, publicKeyPath, password: PASSWORD });
      const before = await pemOf(store);
      await store.rotate();
      expect(await pemOf(store)).not.toBe(before);
      expect(await loaded(keyDir, PASSWORD)).toBe(await pemOf(store));
      store.dispose();
    }
    expect(existsSync(own)).toBe(false);
  });

  it('a file without one, in a store that has one, what is written is protected, and loads again', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    for (let run = 1; run <= 2; run += 1) {
      const { store } = storeAt({ keyDir: newDirectory(), password: PASSWORD });
      await store.loadFrom({ privateKeyPath });
      await store.rotate();
      expect(sealed(keyDir)).toBe(true);
      store.dispose();
    }
  });

  it('a file of another name is never replaced', async () => {
    const [keyDir, other] = [newDirectory(), newDirectory()];
    await generateKeyFiles({ keyDir: other, keySize: 2048, password: PASSWORD });
    const path = join(keyDir, 'mine.pem');
    copyFileSync(join(other, 'private_key.pem'), path);
    const before = readFileSync(path);
    const { store } = storeAt({ keyDir: newDirectory() });
    await store.loadFrom({ privateKeyPath: path, password: PASSWORD });
    await store.rotate();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(keyDir)).toContain('private_key.pem');
    expect(sealed(keyDir)).toBe(true);
    store.dispose();
  });
});

describe('a pair with a date in the future', () => {
  it('is replaced even when no process lives for a whole interval', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    const text = readFileSync(privateKeyPath, 'utf8').replace(
      /^Created: .*$/m,
      'Created: 2099-01-01T00:00:00.000Z',
    );
    writeFileSync(privateKeyPath, text);
    utimesSync(privateKeyPath, new Date('2099-01-01'), new Date('2099-01-01'));
    const start = async (): Promise<string[]> => {
      const { store, events } = storeAt({ keyDir });
      await store.ready();
      store.dispose();
      return events.map(({ type }) => type);
    };
    expect(await start()).toEqual(['key-loaded']);
    expect(await start()).toEqual(['key-loaded']);
    // A day passes.
    const { atimeMs, mtimeMs } = statSync(privateKeyPath);
    expect(mtimeMs).toBeLessThanOrEqual(Date.now());
    utimesSync(privateKeyPath, atimeMs / 1000, mtimeMs / 1000 - 86_400);
    expect(await start()).toEqual(['key-loaded', 'key-rotated']);
    expect(await start()).toEqual(['key-loaded']);
  });
});
