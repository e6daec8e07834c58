/** The newest key configuration of each realm: the numbers only go up, whichever process writes. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { openSeenConfigurations, type SeenConfigurations } from '../../src/index.js';
import { formatSeen, parseSeen } from '../../src/format/seen-configurations.js';
import { rejection } from '../support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const signal = new AbortController().signal;
const REALM = 'api.nomyo.ai';

describe.each<[string, () => SeenConfigurations]>([
  ['in memory', () => openSeenConfigurations({ keyDir: null })],
  ['in a file', () => openSeenConfigurations({ keyDir: join(newDirectory(), 'keys') })],
])('%s', (_name, open) => {
  it('each number goes up and never down', async () => {
    const seen = open();
    expect(await seen.recall(REALM)).toBeUndefined();
    expect(await seen.raise(REALM, { epoch: 3, issuedAt: 1000 }, signal)).toEqual({
      epoch: 3,
      issuedAt: 1000,
    });
    expect(await seen.raise(REALM, { epoch: 2, issuedAt: 2000 }, signal)).toEqual({
      epoch: 3,
      issuedAt: 2000,
    });
    expect(await seen.raise(REALM, { epoch: 0, issuedAt: 0 }, signal)).toEqual({ epoch: 3, issuedAt: 2000 });
    expect(await seen.recall(REALM)).toEqual({ epoch: 3, issuedAt: 2000 });
    expect(await seen.recall('another')).toBeUndefined();
  });

  it('refuses anything but a realm and a number', async () => {
    const seen = open();
    const good = { epoch: 1, issuedAt: 1 };
    for (const realm of ['', 'ü', 'x'.repeat(256), 7 as never]) {
      expect(await rejection(seen.raise(realm, good, signal))).toMatchObject({ argument: 'realm' });
    }
    for (const epoch of [-1, 1.5, 2 ** 32]) {
      expect(await rejection(seen.raise(REALM, { ...good, epoch }, signal))).toMatchObject({
        argument: 'epoch',
      });
    }
    expect(await rejection(seen.raise(REALM, { ...good, issuedAt: 2 ** 53 }, signal))).toMatchObject({
      argument: 'issuedAt',
    });
  });
});

describe('in a file', () => {
  it('seen configurations outlive the process, for this user alone', async () => {
    const keyDir = join(newDirectory(), 'keys');
    await openSeenConfigurations({ keyDir }).raise(
      'a realm # 1%',
      { epoch: 7, issuedAt: 2 ** 53 - 1 },
      signal,
    );
    expect(await openSeenConfigurations({ keyDir }).recall('a realm # 1%')).toEqual({
      epoch: 7,
      issuedAt: 2 ** 53 - 1,
    });
    expect(statSync(join(keyDir, 'seen_configurations')).mode & 0o777).toBe(0o600);
  });

  it('the highest of many concurrent writers wins', async () => {
    const keyDir = newDirectory();
    const numbers = [5, 1, 9, 3, 8, 2, 7];
    await Promise.all(
      numbers.map((epoch) =>
        openSeenConfigurations({ keyDir }).raise(REALM, { epoch, issuedAt: 10 - epoch }, signal),
      ),
    );
    expect(await openSeenConfigurations({ keyDir }).recall(REALM)).toEqual({ epoch: 9, issuedAt: 9 });
  });

  it('a damaged line is an error, and stays unchanged', async () => {
    const keyDir = newDirectory();
    const seen = openSeenConfigurations({ keyDir });
    await seen.raise(REALM, { epoch: 3, issuedAt: 1000 }, signal);
    const path = join(keyDir, 'seen_configurations');
    const damaged = readFileSync(path, 'utf8').replace(' 3 ', ' x ');
    writeFileSync(path, damaged);
    for (const call of [
      () => seen.recall(REALM),
      () => seen.raise(REALM, { epoch: 4, issuedAt: 1 }, signal),
    ]) {
      expect(await rejection(call())).toMatchObject({ code: 'KEY_FILE_INVALID', path });
    }
    expect(readFileSync(path, 'utf8')).toBe(damaged);
    chmodSync(path, 0o666);
    expect(await rejection(seen.recall(REALM))).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('nothing is written when nothing is new, or after the end', async () => {
    const keyDir = join(newDirectory(), 'keys');
    const seen = openSeenConfigurations({ keyDir });
    const ended = AbortSignal.abort(new Error('the end'));
    const error = await rejection(seen.raise(REALM, { epoch: 3, issuedAt: 1000 }, ended));
    expect(error).toMatchObject({ message: 'the end' });
    expect(existsSync(join(keyDir, 'seen_configurations'))).toBe(false);
    await seen.raise(REALM, { epoch: 3, issuedAt: 1000 }, signal);
    const before = statSync(join(keyDir, 'seen_configurations')).mtimeMs;
    await seen.raise(REALM, { epoch: 3, issuedAt: 999 }, signal);
    expect(statSync(join(keyDir, 'seen_configurations')).mtimeMs).toBe(before);
  });

  it('comes back as written, whatever the realms are called', () => {
    const realm = fc.string({
      unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    const seen = fc.record({ epoch: fc.nat(), issuedAt: fc.maxSafeNat() });
    fc.assert(
      fc.property(fc.array(fc.tuple(realm, seen)), (entries) => {
        const content = new Map(entries);
        expect(parseSeen(formatSeen(content))).toEqual({ content });
      }),
    );
  });
});
