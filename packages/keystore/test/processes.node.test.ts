/** Real processes on one directory: many at once, killed ones, ones without rights, ones that forget to dispose. */
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { until } from '@nomyo/testkit';
import { generateKeyFiles, KeyStore, type KeyStoreEvent } from '../src/index.js';
import { run, runChild } from './support/children.js';

const newDirectory = temporaryDirectories('keystore');

/** The output of `children/open.mjs`. */
interface Report {
  readonly fingerprint?: string;
  readonly error?: {
    readonly name: string;
    readonly code: string;
    readonly path: string;
    readonly message: string;
  };
  readonly events: readonly string[];
}

const isRoot = process.getuid?.() === 0;

/** Nobody: an account without rights, which root can act for. */
const NOBODY = 65_534;

async function open(options: object, then = 'dispose', spawnOptions: object = {}): Promise<Report> {
  const { stdout, stderr, status } = await runChild(
    'open.mjs',
    [JSON.stringify(options), then],
    spawnOptions,
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Report;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const WHOLE = ['.gitignore', 'private_key.pem', 'public_key.pem'];
const names = (directory: string): string[] =>
  readdirSync(directory).filter((name) => !name.startsWith('.lock-'));

describe('twenty processes', () => {
  it('that start at once on an empty directory use one pair', async () => {
    const keyDir = join(newDirectory(), 'keys');
    const reports = await Promise.all(Array.from({ length: 20 }, () => open({ keyDir })));
    expect(new Set(reports.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const events = reports.flatMap((report) => report.events);
    expect(events.filter((type) => type === 'key-generated')).toHaveLength(1);
    expect(events.filter((type) => type === 'key-loaded')).toHaveLength(19);
    expect(names(keyDir)).toEqual(WHOLE);
    expect(statSync(keyDir).mode & 0o777).toBe(0o700);
  });

  it('that find a pair beyond its age replace it once', async () => {
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048 });
    const path = join(keyDir, 'private_key.pem');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/^Created: .*$/m, 'Created: 2020-01-01T00:00:00Z'),
    );
    const reports = await Promise.all(Array.from({ length: 20 }, () => open({ keyDir })));
    expect(new Set(reports.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(names(keyDir)).toEqual(WHOLE);
  });
});

describe('a pair that another process made', () => {
  it('is adopted when rotation is due, without making a new one', async () => {
    const keyDir = newDirectory();
    const events: KeyStoreEvent[] = [];
    const onEvent = (event: KeyStoreEvent): void => void events.push(event);
    const store = new KeyStore({ keyDir, keySize: 2048, rotationInterval: 6_000, onEvent });
    await store.ready();
    const { fingerprint } = await open({ keyDir }, 'rotate');
    await until(() => events.some(({ type }) => type === 'key-rotated'));
    store.dispose();
    expect(events.at(-1)).toMatchObject({ type: 'key-rotated', current: fingerprint, adopted: true });
    expect((await open({ keyDir })).fingerprint).toBe(fingerprint);
  });
});

describe('kill -9', () => {
  it('at forty random moments leaves a directory that loads, and that the next start tidies', async () => {
    const { stdout, status } = await run(process.execPath, [pathOf('./kill9.mjs'), '40']);
    expect(stdout).toMatch(/^survived 4[01] kills/m);
    expect(stdout).toMatch(/^ {2}failures +0$/m);
    expect(status).toBe(0);
  }, 300_000);
});

describe('a process that forgets to dispose of its store', () => {
  it.each([
    ['in memory', (): object => ({ keyDir: null, rotationInterval: 5_000 })],
    ['in files', (): object => ({ keyDir: newDirectory(), rotationInterval: 5_000 })],
  ])('still ends: %s', async (_name, options) => {
    expect((await open(options(), 'stay')).fingerprint).toMatch(/^sha256\//);
  });
});

describe('a process without rights', () => {
  /** Root may do everything, so that the checks of the system can only be seen from another account. */
  const asNobody = { uid: NOBODY, gid: NOBODY, cwd: '/' };

  it('gets an error that names the path when it cannot make the directory', async () => {
    if (!isRoot) return;
    const parent = newDirectory();
    chmodSync(parent, 0o755);
    const keyDir = join(parent, 'keys');
    const { error } = await open({ keyDir }, 'dispose', asNobody);
    expect(error).toMatchObject({ name: 'KeyStoreError', code: 'KEY_FILE_UNWRITABLE', path: keyDir });
    expect(readdirSync(parent)).toEqual([]);
  });

  it("gets an error when the private key is another user's", async () => {
    if (!isRoot) return;
    const parent = newDirectory();
    chmodSync(parent, 0o755);
    const keyDir = join(parent, 'keys');
    mkdirSync(keyDir, { mode: 0o755 });
    await generateKeyFiles({ keyDir, keySize: 2048 });
    expect((await open({ keyDir }, 'dispose', asNobody)).error).toMatchObject({
      code: 'KEY_FILE_UNREADABLE',
    });
    chownSync(join(keyDir, 'private_key.pem'), NOBODY - 1, NOBODY);
    expect((await open({ keyDir })).error).toMatchObject({
      code: 'KEY_FILE_PERMISSIONS',
      path: join(keyDir, 'private_key.pem'),
    });
    chownSync(keyDir, NOBODY - 1, NOBODY);
    expect((await open({ keyDir })).error).toMatchObject({ code: 'KEY_FILE_PERMISSIONS', path: keyDir });
  });

  it('serves with a pair beyond its age when it cannot write, and says so once', async () => {
    if (!isRoot) return;
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048 });
    for (const name of ['', 'private_key.pem', 'public_key.pem']) {
      chownSync(join(keyDir, name), NOBODY, NOBODY);
    }
    chmodSync(keyDir, 0o500);
    const { fingerprint, events } = await open({ keyDir, rotationInterval: 1 }, 'dispose', asNobody);
    expect(fingerprint).toMatch(/^sha256\//);
    expect(events).toEqual(['key-loaded', 'rotation-failed']);
    expect(names(keyDir)).toEqual(WHOLE);
  });
});

describe('a disk without space', () => {
  /** Files of this process end at 512 bytes: a key is cut off in the middle. */
  const openCramped = async (options: object, then: string): Promise<Report> => {
    const script = 'ulimit -f 1; exec "$0" "$@"';
    const args = [
      '-c',
      script,
      process.execPath,
      pathOf('./children/open.mjs'),
      JSON.stringify(options),
      then,
    ];
    return JSON.parse((await run('/bin/sh', args)).stdout) as Report;
  };

  it('leaves nothing half-written', async () => {
    const keyDir = newDirectory();
    const path = join(keyDir, 'private_key.pem');
    expect((await openCramped({ keyDir }, 'dispose')).error).toMatchObject({
      code: 'KEY_FILE_UNWRITABLE',
      path,
    });
    expect(names(keyDir)).toEqual(['.gitignore']);
  });

  it('leaves the old pair where it is', async () => {
    const keyDir = newDirectory();
    const store = new KeyStore({ keyDir, keySize: 2048 });
    await store.ready();
    store.dispose();
    const before = WHOLE.map((name) => readFileSync(join(keyDir, name), 'utf8'));
    const { error, events } = await openCramped({ keyDir }, 'rotate');
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: join(keyDir, 'private_key.pem') });
    expect(events).toEqual(['key-loaded', 'rotation-failed']);
    expect(names(keyDir)).toEqual(WHOLE);
    expect(WHOLE.map((name) => readFileSync(join(keyDir, name), 'utf8'))).toEqual(before);
  });
});
