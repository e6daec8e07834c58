/** Keys stay as they were given: where they are, under which password, or in memory only. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { generateKeyFiles } from '@nomyo/keystore';
import { RsaPrivateKey, generatePkcs8 } from '@nomyo/crypto';
import { InvalidArgumentError, phiPolicy } from '../src/index.js';
import { MARKERS } from './leaks.js';
import {
  cleanUp,
  header,
  lowLevelClient,
  posts,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from './support.js';

afterEach(cleanUp);

const ID = '2b1f1d6e-6a55-4c3e-9a39-0d1c5a1b7f10';
const password = MARKERS.password;

const isSealed = (directory: string): boolean =>
  readFileSync(join(directory, 'private_key.pem'), 'utf8').includes('BEGIN ENCRYPTED PRIVATE KEY');

describe('with rotation on', () => {
  it('generateKeys with a file and a password: every pair is written there, encrypted, in every run', async () => {
    const to = await router();
    const [own, keyDir] = [join(temporaryDirectory(), 'own'), join(temporaryDirectory(), 'client_keys')];
    const used = new Set<string>();
    for (let run = 1; run <= 2; run += 1) {
      const made = lowLevelClient(to, { keyDir: own, keyRotationRequests: 1 });
      await made.generateKeys({ saveToFile: true, keyDir, password });
      for (let i = 0; i < 3; i += 1) await made.sendSecureRequest(REQUEST, ID);
      made.dispose();
      expect(isSealed(keyDir)).toBe(true);
    }
    for (const post of posts(to)) used.add(header(post, 'x-public-key'));
    expect(used.size).toBeGreaterThanOrEqual(5);
    expect(existsSync(own)).toBe(false);
  });

  it('loadKeys with a password: the next pair is beside it, encrypted, and loads again', async () => {
    const to = await router();
    const keyDir = temporaryDirectory();
    const { privateKeyPath, publicKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048, password });
    for (let run = 1; run <= 2; run += 1) {
      const made = lowLevelClient(to, { keyDir: join(keyDir, 'not-here'), keyRotationRequests: 1 });
      await made.loadKeys(privateKeyPath, publicKeyPath, password);
      for (let i = 0; i < 2; i += 1) await made.sendSecureRequest(REQUEST, ID);
      made.dispose();
      expect(isSealed(keyDir)).toBe(true);
    }
    expect(new Set(posts(to).map((post) => header(post, 'x-public-key'))).size).toBeGreaterThanOrEqual(3);
    expect(readdirSync(keyDir)).not.toContain('not-here');
  });

  it('generateKeys in memory: no file is ever written', async () => {
    const to = await router();
    const keyDir = join(temporaryDirectory(), 'keys');
    const made = lowLevelClient(to, { keyDir, keyRotationRequests: 1 });
    await made.generateKeys();
    for (let i = 0; i < 3; i += 1) await made.sendSecureRequest(REQUEST, ID);
    expect(existsSync(keyDir)).toBe(false);
    expect(new Set(posts(to).map((post) => header(post, 'x-public-key'))).size).toBe(3);
  });
});

describe('are refused before anything is written', () => {
  it('a password that is undefined', async () => {
    const keyDir = join(temporaryDirectory(), 'keys');
    const made = lowLevelClient(await router());
    const options = { saveToFile: true, keyDir, password: process.env['NOMYO_TEST_UNSET'] };
    const error = await rejection(made.generateKeys(options as never));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument: 'password' });
    expect(existsSync(keyDir)).toBe(false);
  });

  it('new keys for a client that was given its own', async () => {
    const keyDir = join(temporaryDirectory(), 'keys');
    const keys = await (await generatePkcs8(2048)).use((der) => RsaPrivateKey.fromPkcs8(der));
    const made = lowLevelClient(await router(), { keys });
    const calls = [
      () => made.generateKeys({ saveToFile: true, keyDir, password }),
      () => made.generateKeys(),
      () => made.loadKeys(join(keyDir, 'private_key.pem')),
    ];
    for (const call of calls) expect(await rejection(call())).toMatchObject({ argument: 'keys' });
    expect(existsSync(keyDir)).toBe(false);
  });

  it('a plain key file where the policy wants encrypted ones', async () => {
    const keyDir = join(temporaryDirectory(), 'keys');
    const policy = { requireEncryptedKeyFiles: phiPolicy.requireEncryptedKeyFiles ?? false };
    const made = lowLevelClient(await router(), { policy });
    const error = await rejection(made.generateKeys({ saveToFile: true, keyDir }));
    expect(error).toMatchObject({ name: 'PolicyError', rule: 'requireEncryptedKeyFiles' });
    expect(existsSync(keyDir)).toBe(false);
    await made.generateKeys({ saveToFile: true, keyDir, password });
    expect(isSealed(keyDir)).toBe(true);
  });
});

describe('an error about keys', () => {
  it('names the option as it is called here', async () => {
    const to = await router();
    for (const [option, value] of [
      ['keyRotationDir', ''],
      ['keyRotationInterval', 367 * 86_400_000],
      ['keyRotationRequests', 0],
      ['keyRotationPassword', 'short'],
    ] as const) {
      const make = (): unknown => lowLevelClient(to, { keyDir: 'keys', [option]: value });
      expect(make).toThrow(expect.objectContaining({ name: 'InvalidArgumentError', argument: option }));
      expect(make).toThrow(new RegExp(`^${option} `));
    }
    expect(() => lowLevelClient(to, { keyRotationInterval: 300 * 86_400_000 })).not.toThrow();
  });

  it('names the option of a directory that cannot be written to', async () => {
    const to = await router();
    const keyRotationDir = '/proc/nomyo-keys';
    const keyDir = temporaryDirectory();
    mkdirSync(join(keyDir, 'x'));
    const made = lowLevelClient(to, { keyDir, keyRotationDir, keyRotationRequests: 1 });
    await made.sendSecureRequest(REQUEST, ID);
    await made.sendSecureRequest(REQUEST, ID);
    const other = lowLevelClient(to, { keyDir: '/proc/nomyo-keys' });
    const error = await rejection(other.sendSecureRequest(REQUEST, ID));
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE' });
    expect(String(error)).toContain('Set keyDir to a directory');
  });
});
