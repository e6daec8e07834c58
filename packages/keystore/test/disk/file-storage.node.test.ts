import { createPublicKey, createPrivateKey } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type SecureByteContext } from '@nomyo/crypto';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { FileStorage } from '../../src/disk/file-storage.node.js';
import type { StoredPair } from '../../src/storage/storage.js';
import { copies, newPkcs8, rejection } from '../support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const call = { signal: new AbortController().signal, background: false };

const names = { keyDir: 'keyDir', rotationDir: 'rotationDir' };

/** Three keys for all tests: what is in them does not matter here. */
const keys = [await newPkcs8(), await newPkcs8(), await newPkcs8()] as const;

const pemOf = (key: Uint8Array): string =>
  createPublicKey(createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }))
    .export({ format: 'pem', type: 'spki' })
    .toString();
const [pemA, pemB, pemC] = keys.map(pemOf) as [string, string, string];

const storageOf = (keyDir: string, key: Uint8Array = keys[0], rotationDir = keyDir): FileStorage =>
  new FileStorage({
    location: { keyDir, rotationDir },
    names,
    password: undefined,
    memory: {},
    make: copies(key),
  });

const pem = ({ keys: { publicKey } }: StoredPair): string => publicKey.pem;
const fingerprint = ({ keys: { publicKey } }: StoredPair): string => publicKey.fingerprint;

/** A directory with one pair, made by this package. */
async function withPair(
  key: Uint8Array = keys[0],
): Promise<{ keyDir: string; file: (name: string) => string }> {
  const keyDir = newDirectory();
  (await storageOf(keyDir, key).open(call)).keys.dispose();
  return { keyDir, file: (name) => join(keyDir, name) };
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => !name.startsWith('.lock-'));
const WHOLE = ['.gitignore', 'private_key.pem', 'public_key.pem'];

describe('open', () => {
  it('makes a pair, and finds it the next time', async () => {
    const keyDir = newDirectory();
    const before = Date.now();
    const made = await storageOf(keyDir).open(call);
    const found = await storageOf(keyDir, keys[1]).open(call);
    expect([made.origin, found.origin]).toEqual(['made', 'found']);
    expect(pem(found)).toBe(pem(made));
    expect(found.createdAt).toBe(made.createdAt);
    expect(made.createdAt).toBeGreaterThanOrEqual(before);
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('takes the age of a file without a date from its mtime', async () => {
    const { keyDir, file } = await withPair();
    const text = readFileSync(file('private_key.pem'), 'utf8');
    writeFileSync(file('private_key.pem'), text.slice(text.indexOf('-----BEGIN')));
    utimesSync(file('private_key.pem'), 1_700_000_000, 1_700_000_000);
    expect((await storageOf(keyDir).open(call)).createdAt).toBe(1_700_000_000_000);
  });

  it('trusts the date in the file over its mtime', async () => {
    const { keyDir, file } = await withPair();
    const { createdAt } = await storageOf(keyDir).open(call);
    utimesSync(file('private_key.pem'), 1_700_000_000, 1_700_000_000);
    expect((await storageOf(keyDir).open(call)).createdAt).toBe(createdAt);
  });

  it('recreates a missing public key', async () => {
    const { keyDir, file } = await withPair();
    unlinkSync(file('public_key.pem'));
    await storageOf(keyDir).open(call);
    expect(readFileSync(file('public_key.pem'), 'utf8')).toBe(pemA);
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('refuses the public key of another pair, and leaves it in place', async () => {
    const { keyDir, file } = await withPair();
    writeFileSync(file('public_key.pem'), pemB);
    const error = await rejection(storageOf(keyDir).open(call));
    expect(error).toMatchObject({ code: 'KEY_FILE_MISMATCH', path: file('public_key.pem') });
    expect(readFileSync(file('public_key.pem'), 'utf8')).toBe(pemB);
  });

  it('refuses a public key without its private key, and makes none', async () => {
    const { keyDir, file } = await withPair();
    unlinkSync(file('private_key.pem'));
    const error = await rejection(storageOf(keyDir, keys[1]).open(call));
    expect(error).toMatchObject({ code: 'KEY_FILE_EXISTS', path: file('public_key.pem') });
    expect(filesIn(keyDir)).toEqual(['.gitignore', 'public_key.pem']);
  });

  it('finishes a rotation that a crash left between the two files', async () => {
    const { keyDir, file } = await withPair();
    const storage = storageOf(keyDir, keys[1]);
    await storage.replace(fingerprint(await storage.open(call)), call);
    writeFileSync(file('public_key.pem'), pemA);
    expect(pem(await storageOf(keyDir).open(call))).toBe(pemB);
    expect(readFileSync(file('public_key.pem'), 'utf8')).toBe(pemB);
  });

  it('removes leftovers of a crash', async () => {
    const { keyDir, file } = await withPair();
    for (const name of WHOLE) writeFileSync(file(`.${name}.0123456789abcdef01234567.tmp`), 'half a k');
    writeFileSync(file('notes.tmp'), 'mine');
    await storageOf(keyDir).open(call);
    expect(filesIn(keyDir)).toEqual([...WHOLE, 'notes.tmp'].sort());
  });

  it('works in a directory that cannot be written to', async () => {
    const { keyDir } = await withPair();
    chmodSync(keyDir, 0o500);
    expect(pem(await storageOf(keyDir).open(call))).toBe(pemA);
    chmodSync(keyDir, 0o700);
  });
});

describe('replace', () => {
  it('puts a new pair in place, which records the one it replaced', async () => {
    const { keyDir, file } = await withPair();
    const storage = storageOf(keyDir, keys[1]);
    const old = await storage.open(call);
    const current = await storage.replace(fingerprint(old), call);
    expect(current).toMatchObject({ origin: 'made', path: file('private_key.pem') });
    expect(pem(await storageOf(keyDir).open(call))).toBe(pemB);
    expect(readFileSync(file('public_key.pem'), 'utf8')).toBe(pemB);
    expect(readFileSync(file('private_key.pem'), 'utf8')).toContain(`Replaces: ${fingerprint(old)}`);
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('adopts the pair of another process instead of making one', async () => {
    const { keyDir } = await withPair();
    const [mine, other] = [storageOf(keyDir, keys[1]), storageOf(keyDir, keys[2])];
    const old = fingerprint(await mine.open(call));
    await other.replace(old, call);
    const adopted = await mine.replace(old, call);
    expect(adopted.origin).toBe('found');
    expect(pem(adopted)).toBe(pemC);
  });

  it('makes one new pair when twenty ask at once', async () => {
    const { keyDir } = await withPair();
    const storages = Array.from({ length: 20 }, () => storageOf(keyDir, keys[1]));
    const old = fingerprint(await storageOf(keyDir).open(call));
    const replaced = await Promise.all(storages.map((storage) => storage.replace(old, call)));
    expect(replaced.filter(({ origin }) => origin === 'made')).toHaveLength(1);
    expect(new Set(replaced.map(pem))).toEqual(new Set([pemB]));
  });

  it('uses the key made in advance, and wipes the rest', async () => {
    const { keyDir } = await withPair();
    const made: SecureByteContext[] = [];
    const make = async (): Promise<SecureByteContext> => {
      const key = await copies(keys[1])();
      made.push(key);
      return key;
    };
    const location = { keyDir, rotationDir: keyDir };
    const storage = new FileStorage({ location, names, password: undefined, memory: {}, make });
    const old = await storage.open(call);
    await storage.prepare();
    await storage.replace(fingerprint(old), call);
    expect(made.map(({ disposed }) => disposed)).toEqual([true]);
    await storage.prepare();
    storage.dispose();
    await Promise.resolve();
    expect(made.map(({ disposed }) => disposed)).toEqual([true, true]);
  });

  it('leaves a file that does not load unchanged', async () => {
    const { keyDir, file } = await withPair();
    const storage = storageOf(keyDir, keys[1]);
    const old = fingerprint(await storage.open(call));
    writeFileSync(file('private_key.pem'), 'damaged');
    expect(await rejection(storage.replace(old, call))).toMatchObject({ code: 'KEY_FILE_INVALID' });
    expect(readFileSync(file('private_key.pem'), 'utf8')).toBe('damaged');
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('recreates the directory when it was removed', async () => {
    const { keyDir } = await withPair();
    const storage = storageOf(keyDir, keys[1]);
    const old = fingerprint(await storage.open(call));
    rmSync(keyDir, { recursive: true });
    expect((await storage.replace(old, call)).origin).toBe('made');
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('writes nothing when another process has taken over the lock', async () => {
    const { keyDir, file } = await withPair();
    const make = (): Promise<SecureByteContext> => {
      writeFileSync(file('.lock-99'), 'another process', { mode: 0o600 });
      return copies(keys[1])();
    };
    const location = { keyDir, rotationDir: keyDir };
    const storage = new FileStorage({ location, names, password: undefined, memory: {}, make });
    const old = await storage.open(call);
    const error = await rejection(storage.replace(fingerprint(old), call));
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: keyDir });
    expect(pem(await storageOf(keyDir).open(call))).toBe(pemA);
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });

  it('writes nothing after the end', async () => {
    const { keyDir, file } = await withPair();
    const controller = new AbortController();
    const make = async (): Promise<SecureByteContext> => {
      controller.abort(new Error('the end'));
      return copies(keys[1])();
    };
    const location = { keyDir, rotationDir: keyDir };
    const storage = new FileStorage({ location, names, password: undefined, memory: {}, make });
    const old = fingerprint(await storage.open(call));
    const before = readFileSync(file('private_key.pem'));
    const error = await rejection(storage.replace(old, { ...call, signal: controller.signal }));
    expect(error).toMatchObject({ message: 'the end' });
    expect(readFileSync(file('private_key.pem')).equals(before)).toBe(true);
    expect(filesIn(keyDir)).toEqual(WHOLE);
  });
});

describe('a rotation directory of its own', () => {
  it('gets rotated pairs; the first pair stays', async () => {
    const [keyDir, rotationDir] = [newDirectory(), join(newDirectory(), 'rotated')];
    const storage = storageOf(keyDir, keys[0], rotationDir);
    const first = await storage.open(call);
    const second = await storageOf(keyDir, keys[1], rotationDir).replace(fingerprint(first), call);
    expect(second.path).toBe(join(rotationDir, 'private_key.pem'));
    expect([filesIn(keyDir), filesIn(rotationDir)]).toEqual([WHOLE, WHOLE]);
    expect(pem(await storage.open(call))).toBe(pemB);
    expect(pem(await storageOf(keyDir).open(call))).toBe(pemA);
    await storageOf(keyDir, keys[2], rotationDir).replace(fingerprint(second), call);
    expect(pem(await storage.open(call))).toBe(pemC);
  });

  it("is ordered by the pairs' own records when the clock was set back", async () => {
    const [keyDir, rotationDir] = [newDirectory(), newDirectory()];
    const storage = storageOf(keyDir, keys[1], rotationDir);
    const first = await storageOf(keyDir).open(call);
    await storage.replace(fingerprint(first), call);
    const path = join(rotationDir, 'private_key.pem');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^Created: \d{4}/m, 'Created: 1999'));
    expect(pem(await storage.open(call))).toBe(pemB);
  });

  it('loses to a first pair that was made later', async () => {
    const [keyDir, rotationDir] = [newDirectory(), newDirectory()];
    const storage = storageOf(keyDir, keys[1], rotationDir);
    await storage.replace(fingerprint(await storageOf(keyDir).open(call)), call);
    for (const name of ['private_key.pem', 'public_key.pem']) unlinkSync(join(keyDir, name));
    expect(pem(await storage.open(call))).toBe(pemB);
    await storageOf(keyDir, keys[2]).open(call);
    expect(pem(await storage.open(call))).toBe(pemC);
  });

  it('with a file that does not load is an error, whatever the other directory holds', async () => {
    const [keyDir, rotationDir] = [newDirectory(), newDirectory()];
    const storage = storageOf(keyDir, keys[0], rotationDir);
    await storage.open(call);
    const path = join(rotationDir, 'private_key.pem');
    writeFileSync(path, 'damaged', { mode: 0o600 });
    expect(await rejection(storage.open(call))).toMatchObject({ code: 'KEY_FILE_INVALID', path });
  });
});

describe('a directory that changes while it is read', () => {
  it('is read again: both files come from one pair', async () => {
    const { keyDir, file } = await withPair();
    const spare = newDirectory();
    for (const [name, key] of [
      ['a', keys[0]],
      ['b', keys[1]],
    ] as const) {
      mkdirSync(join(spare, name));
      (await storageOf(join(spare, name), key).open(call)).keys.dispose();
    }
    // Without `Replaces` lines, as if unrelated: only reading again can help.
    let turns = 0;
    const swap = setInterval(() => {
      const from = join(spare, turns % 2 === 0 ? 'b' : 'a');
      for (const name of ['private_key.pem', 'public_key.pem']) {
        writeFileSync(file(`${name}.new`), readFileSync(join(from, name)), { mode: 0o600 });
        renameSync(file(`${name}.new`), file(name));
      }
      turns += 1;
    }, 3);
    try {
      for (let i = 0; i < 40; i += 1) {
        const { publicKey } = (await storageOf(keyDir).open(call)).keys;
        expect([pemA, pemB]).toContain(publicKey.pem);
      }
    } finally {
      clearInterval(swap);
    }
    expect(turns).toBeGreaterThan(5);
  });
});
