/** Real disks that are full or read-only: small file systems in memory, which root alone can mount. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { KeyStore, openKnownKeys, type KeyStoreEvent } from '../src/index.js';
import { rejection } from './support/keys.js';

const mounted: string[] = [];
// Comes first: a disk is unmounted before its directory is removed.
afterEach(() => {
  for (const directory of mounted.splice(0)) execFileSync('umount', [directory]);
});
const newDirectory = temporaryDirectories('keystore');

/** A disk of 64 KiB of its own. */
function newDisk(): string {
  const directory = newDirectory();
  mount(directory);
  mounted.push(directory);
  return directory;
}

function mount(directory: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', directory], { stdio: 'pipe' });
}

/** Takes all the space there is; gives it back. */
function fill(disk: string): () => void {
  const path = join(disk, 'filler');
  for (let size = 65_536; size >= 1_024; size /= 2) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(size), { flag: 'a' });
    } catch {
      // Smaller pieces may still fit.
    }
  }
  return () => rmSync(path);
}

function storeOn(keyDir: string): { store: KeyStore; events: KeyStoreEvent[] } {
  const events: KeyStoreEvent[] = [];
  const onEvent = (event: KeyStoreEvent): void => void events.push(event);
  return { store: new KeyStore({ keyDir, keySize: 2048, onEvent }), events };
}

const fingerprint = async (store: KeyStore): Promise<string> => {
  const lease = await store.acquire();
  lease.release();
  return lease.keys.publicKey.fingerprint;
};

/** Every file but locks and the filler. */
const picture = (keyDir: string): string[] =>
  readdirSync(keyDir)
    .filter((name) => !name.startsWith('.lock-') && name !== 'filler')
    .map((name) => `${name} ${readFileSync(join(keyDir, name), 'base64')}`);

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'nomyo-keystore-'));
  try {
    mount(directory);
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}

const may = process.getuid?.() === 0 && canMount();
const suite = may ? describe : describe.skip;

suite(`a disk${may ? '' : ' (skipped: only root can mount one)'}`, () => {
  it('that is full accepts no pair, keeps nothing half-written, and can be repaired', async () => {
    const keyDir = newDisk();
    const free = fill(keyDir);
    const { store } = storeOn(keyDir);
    const error = await rejection(store.ready());
    expect(error).toMatchObject({ name: 'KeyStoreError', code: 'KEY_FILE_UNWRITABLE' });
    expect(String(error)).toMatch(/^KeyStoreError: \S+: it cannot be written \(ENOSPC\)/);
    expect(picture(keyDir).filter((file) => !file.startsWith('.gitignore'))).toEqual([]);
    free();
    await store.ready();
    store.dispose();
  });

  it.each<[string, string, (disk: string) => () => void]>([
    ['full', 'ENOSPC', fill],
    ['read-only', 'EROFS', remount],
  ])(
    'that became %s leaves the old pair serving, reported once per failure',
    async (_name, system, spoil) => {
      const keyDir = newDisk();
      const { store, events } = storeOn(keyDir);
      const first = await fingerprint(store);
      const before = picture(keyDir);
      const mend = spoil(keyDir);
      for (let failure = 1; failure <= 2; failure += 1) {
        const error = await rejection(store.rotate());
        expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', cause: { code: system } });
        expect(events.filter(({ type }) => type === 'rotation-failed')).toHaveLength(failure);
        expect(await fingerprint(store)).toBe(first);
        expect(picture(keyDir)).toEqual(before);
      }
      mend();
      await store.rotate();
      expect(await fingerprint(store)).not.toBe(first);
      store.dispose();
    },
  );

  it('that is read-only serves its pair, and accepts no first one', async () => {
    const [withPair, empty] = [newDisk(), newDisk()];
    const { store: writer } = storeOn(withPair);
    const first = await fingerprint(writer);
    writer.dispose();
    for (const disk of [withPair, empty]) remount(disk);
    const { store, events } = storeOn(withPair);
    expect(await fingerprint(store)).toBe(first);
    expect(events.map(({ type }) => type)).toEqual(['key-loaded']);
    store.dispose();
    const { store: homeless } = storeOn(empty);
    expect(await rejection(homeless.ready())).toMatchObject({ code: 'KEY_FILE_UNWRITABLE' });
    homeless.dispose();
  });

  it('that is read-only serves known keys, and accepts no new ones', async () => {
    const keyDir = newDisk();
    const { signal } = new AbortController();
    const print = `sha256/${'A'.repeat(43)}=`;
    const meet = (name: string): Promise<boolean> =>
      openKnownKeys({ keyDir }).remember(name, { fingerprint: print, replaces: undefined }, signal);
    await meet('first');
    remount(keyDir);
    expect(await openKnownKeys({ keyDir }).recall('first')).toBe(print);
    expect(await rejection(meet('second'))).toMatchObject({ code: 'KEY_FILE_UNWRITABLE' });
  });
});

/** Read-only; the result makes it writable again. */
function remount(disk: string): () => void {
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  return () => execFileSync('mount', ['-o', 'remount,rw', disk]);
}
