import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RsaPrivateKey, SecureByteContext } from '@nomyo/crypto';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { removeLeftovers } from '../../src/disk/write-file.node.js';
import { writePair, type PairToWrite } from '../../src/disk/write-pair.node.js';
import { newPkcs8, rejection } from '../support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const pkcs8 = await newPkcs8();

async function pairFor(directory: string, change: Partial<PairToWrite> = {}): Promise<PairToWrite> {
  return {
    directory,
    paths: {
      privateKeyPath: join(directory, 'private_key.pem'),
      publicKeyPath: join(directory, 'public_key.pem'),
    },
    pkcs8: new SecureByteContext(Uint8Array.from(pkcs8)),
    key: await RsaPrivateKey.fromPkcs8(pkcs8),
    password: undefined,
    replaces: [],
    over: false,
    ready: () => Promise.resolve(),
    ...change,
  };
}

/** Two files of a pair that is there already. */
function withFiles(): string {
  const directory = newDirectory();
  for (const name of ['private_key.pem', 'public_key.pem']) writeFileSync(join(directory, name), 'mine');
  return directory;
}

function expectUntouched(directory: string): void {
  expect(readdirSync(directory)).toEqual(['private_key.pem', 'public_key.pem']);
  for (const name of readdirSync(directory)) expect(readFileSync(join(directory, name), 'utf8')).toBe('mine');
}

describe('a pair', () => {
  it('is complete under temporary names, with its modes, before anything is put in place', async () => {
    const directory = newDirectory();
    const seen: [string, number][] = [];
    const ready = (): Promise<void> => {
      for (const name of readdirSync(directory)) {
        seen.push([name, statSync(join(directory, name)).mode & 0o777]);
      }
      return Promise.resolve();
    };
    await writePair(await pairFor(directory, { ready }));
    expect(seen.sort()).toEqual([
      [expect.stringMatching(/^\.private_key\.pem\..*\.tmp$/), 0o600],
      [expect.stringMatching(/^\.public_key\.pem\..*\.tmp$/), 0o644],
    ]);
    expect(readdirSync(directory)).toEqual(['private_key.pem', 'public_key.pem']);
  });

  it('never replaces anything when it is the first one', async () => {
    const directory = withFiles();
    const error = await rejection(writePair(await pairFor(directory)));
    expect(error).toMatchObject({ code: 'KEY_FILE_EXISTS', path: join(directory, 'private_key.pem') });
    expectUntouched(directory);
  });

  it('is not put in place when the lock was lost', async () => {
    const directory = withFiles();
    const lost = new Error('lost');
    const ready = (): Promise<void> => Promise.reject(lost);
    expect(await rejection(writePair(await pairFor(directory, { ready, over: true })))).toBe(lost);
    expectUntouched(directory);
  });

  it('is not put in place by a process that fell asleep after checking the lock', async () => {
    const directory = withFiles();
    // The next holder of the lock begins with this.
    const ready = (): Promise<void> => removeLeftovers(directory);
    const error = await rejection(writePair(await pairFor(directory, { ready, over: true })));
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: join(directory, 'private_key.pem') });
    expectUntouched(directory);
  });
});
