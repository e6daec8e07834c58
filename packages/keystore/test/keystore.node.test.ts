import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { until } from '@nomyo/testkit';
import {
  generateKeyFiles,
  KeyStore,
  loadKeyFiles,
  type KeyStoreEvent,
  type KeyStoreOptions,
} from '../src/index.js';
import { rejection } from './support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const DAY = 86_400_000;
const PASSWORD = 'correct horse shared';

function fileStore(options: KeyStoreOptions): { store: KeyStore; events: KeyStoreEvent[] } {
  const events: KeyStoreEvent[] = [];
  const store = new KeyStore({ keySize: 2048, onEvent: (event) => void events.push(event), ...options });
  return { store, events };
}

const fingerprint = async (store: KeyStore): Promise<string> => {
  const lease = await store.acquire();
  lease.release();
  return lease.keys.publicKey.fingerprint;
};

/** Runs a store once, as a process that starts and ends. */
async function once(options: KeyStoreOptions): Promise<{ fingerprint: string; events: string[] }> {
  const { store, events } = fileStore(options);
  try {
    return { fingerprint: await fingerprint(store), events: events.map(({ type }) => type) };
  } finally {
    store.dispose();
  }
}

/** Writes another time of creation into the file, `ms` before now. */
function age(keyDir: string, ms: number): void {
  const path = join(keyDir, 'private_key.pem');
  const created = `Created: ${new Date(Date.now() - ms).toISOString()}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^Created: .*$/m, created));
}

describe('in files', () => {
  it('touches nothing before the first use', () => {
    const keyDir = join(newDirectory(), 'keys');
    const { store } = fileStore({ keyDir });
    store.dispose();
    expect(existsSync(keyDir)).toBe(false);
  });

  it('keeps one pair over restarts', async () => {
    const keyDir = newDirectory();
    const first = await once({ keyDir });
    const second = await once({ keyDir });
    expect(first.events).toEqual(['key-generated']);
    expect(second).toEqual({ fingerprint: first.fingerprint, events: ['key-loaded'] });
  });

  it('protects every private key file that it writes, the first one too', async () => {
    const keyDir = newDirectory();
    const { store } = fileStore({ keyDir, password: PASSWORD });
    const privateKeyPath = join(keyDir, 'private_key.pem');
    for (const step of [() => store.ready(), () => store.rotate()]) {
      await step();
      expect(readFileSync(privateKeyPath, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
      const key = await loadKeyFiles({ privateKeyPath, password: PASSWORD });
      expect(key.publicKey.fingerprint).toBe(await fingerprint(store));
    }
    store.dispose();
  });

  it('names the file in its events, and never a secret', async () => {
    const keyDir = newDirectory();
    const { store, events } = fileStore({ keyDir, password: PASSWORD });
    await store.rotate();
    store.dispose();
    expect(events).toEqual([
      expect.objectContaining({ type: 'key-generated', path: join(keyDir, 'private_key.pem') }),
      expect.objectContaining({ type: 'key-rotated', adopted: false, path: join(keyDir, 'private_key.pem') }),
    ]);
    expect(JSON.stringify(events)).not.toContain('horse');
  });

  it('loads what generateKeyFiles wrote', async () => {
    const keyDir = newDirectory();
    const key = await loadKeyFiles(await generateKeyFiles({ keyDir, keySize: 2048 }));
    expect(await once({ keyDir })).toEqual({
      fingerprint: key.publicKey.fingerprint,
      events: ['key-loaded'],
    });
  });

  it('uses a key of the caller without touching the disk', async () => {
    const keyDir = newDirectory();
    const elsewhere = await generateKeyFiles({ keyDir: newDirectory(), keySize: 2048 });
    const { store } = fileStore({ keyDir });
    const key = await loadKeyFiles(elsewhere);
    store.useKey(key);
    expect(await fingerprint(store)).toBe(key.publicKey.fingerprint);
    expect(readdirSync(keyDir)).toEqual([]);
    store.dispose();
  });
});

describe('rotation', () => {
  it('counts from creation over restarts', async () => {
    const keyDir = newDirectory();
    const first = await once({ keyDir });
    age(keyDir, DAY - 120_000);
    expect(await once({ keyDir })).toEqual({ fingerprint: first.fingerprint, events: ['key-loaded'] });
    age(keyDir, DAY);
    const next = await once({ keyDir });
    expect(next.events).toEqual(['key-loaded', 'key-rotated']);
    expect(next.fingerprint).not.toBe(first.fingerprint);
    expect(await once({ keyDir })).toEqual({ fingerprint: next.fingerprint, events: ['key-loaded'] });
  });

  it('never happens with an interval of 0, however old the pair is', async () => {
    const keyDir = newDirectory();
    await once({ keyDir });
    age(keyDir, 1_000 * DAY);
    expect((await once({ keyDir, rotationInterval: 0 })).events).toEqual(['key-loaded']);
  });

  it('does not follow a clock that was set back: a pair from the future counts as new', async () => {
    const keyDir = newDirectory();
    await once({ keyDir });
    age(keyDir, -300 * DAY);
    for (let i = 0; i < 3; i += 1) expect((await once({ keyDir })).events).toEqual(['key-loaded']);
  });

  it('happens by itself, without a failed request, and every request keeps its pair', async () => {
    const keyDir = newDirectory();
    const { store, events } = fileStore({ keyDir, rotationInterval: 600 });
    const used = new Set<string>();
    const deadline = performance.now() + 60_000;
    const client = async (): Promise<void> => {
      while (used.size < 4 && performance.now() < deadline) {
        const lease = await store.acquire();
        used.add(lease.keys.publicKey.fingerprint);
        const wrapped = await lease.keys.publicKey.wrap(new Uint8Array(new ArrayBuffer(32)));
        await new Promise((resolve) => setTimeout(resolve, 50));
        await lease.keys.unwrap(wrapped);
        lease.release();
      }
    };
    await Promise.all([client(), client(), client(), client()]);
    store.dispose();
    expect(used.size).toBe(4);
    expect(events.filter(({ type }) => type === 'rotation-failed')).toEqual([]);
  });

  it('by another process is adopted, and no pair is made', async () => {
    const keyDir = newDirectory();
    const { store, events } = fileStore({ keyDir });
    await store.ready();
    const { store: other } = fileStore({ keyDir });
    await other.rotate();
    await store.rotate();
    expect(await fingerprint(store)).toBe(await fingerprint(other));
    expect(events.at(-1)).toMatchObject({ type: 'key-rotated', adopted: true });
    store.dispose();
    other.dispose();
  });

  it('by requests takes the next pair from the disk or makes it', async () => {
    const keyDir = newDirectory();
    const { store } = fileStore({ keyDir, rotationRequests: 2 });
    const leases = await Promise.all(Array.from({ length: 6 }, () => store.acquire()));
    expect(new Set(leases.map(({ keys }) => keys.publicKey.fingerprint)).size).toBe(3);
    for (const lease of leases) lease.release();
    store.dispose();
  });

  it('that fails leaves the old pair serving, is reported once, and is retried later', async () => {
    const keyDir = newDirectory();
    const { store, events } = fileStore({ keyDir, rotationInterval: 1_000 });
    const first = await fingerprint(store);
    const path = join(keyDir, 'private_key.pem');
    const good = readFileSync(path);
    writeFileSync(path, 'damaged');
    await until(() => events.some(({ type }) => type === 'rotation-failed'));
    expect(events.filter(({ type }) => type === 'rotation-failed')).toEqual([
      { type: 'rotation-failed', code: 'KEY_FILE_INVALID', path, retryInMs: 1_000 },
    ]);
    const during = await Promise.all(Array.from({ length: 20 }, () => fingerprint(store)));
    expect(new Set(during)).toEqual(new Set([first]));
    expect(readFileSync(path, 'utf8')).toBe('damaged');
    writeFileSync(path, good);
    await until(() => events.some(({ type }) => type === 'key-rotated'));
    expect(await fingerprint(store)).not.toBe(first);
    store.dispose();
  });

  it('on demand reports why it failed, and the old pair keeps serving', async () => {
    const keyDir = newDirectory();
    const { store, events } = fileStore({ keyDir, rotationInterval: 0 });
    const first = await fingerprint(store);
    writeFileSync(join(keyDir, 'private_key.pem'), 'damaged');
    expect(await rejection(store.rotate())).toMatchObject({ code: 'KEY_FILE_INVALID' });
    expect(events.filter(({ type }) => type === 'rotation-failed')).toHaveLength(1);
    expect(await fingerprint(store)).toBe(first);
    store.dispose();
  });

  it('writes to a directory of its own when there is one', async () => {
    const [keyDir, rotationDir] = [newDirectory(), join(newDirectory(), 'rotated')];
    const { store } = fileStore({ keyDir, rotationDir });
    const first = await fingerprint(store);
    await store.rotate();
    const second = await fingerprint(store);
    store.dispose();
    expect((await once({ keyDir })).fingerprint).toBe(first);
    expect((await once({ keyDir, rotationDir })).fingerprint).toBe(second);
  });
});
