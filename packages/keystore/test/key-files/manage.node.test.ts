/** The operations of the command line on a stored pair: show it, change its password, import one. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import {
  changeKeyPassword,
  generateKeyFiles,
  importKeyFiles,
  inspectKeyFiles,
  KeyStore,
  loadKeyFiles,
} from '../../src/index.js';
import { rejection } from '../support/keys.js';
import { VECTOR_PASSWORD, vectorFile } from '../support/vectors.js';

const newDirectory = temporaryDirectories('keystore');
const [OLD, NEW] = ['correct horse battery', 'another staple entirely'];
const DAY = 86_400_000;

const keyAt = async (privateKeyPath: string, password?: string): Promise<string> => {
  const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
  key.dispose();
  return key.publicKey.pem;
};

describe('inspectKeyFiles', () => {
  it.each([[undefined], [OLD]])('reports what can be known without the password (%s)', async (password) => {
    const keyDir = newDirectory();
    const before = Date.now();
    const files = await generateKeyFiles({
      keyDir,
      keySize: 3072,
      ...(password === undefined ? {} : { password }),
    });
    const info = await inspectKeyFiles({ keyDir });
    expect(info).toMatchObject({
      ...files,
      keySize: 3072,
      encryption: password === undefined ? 'none' : 'password',
      publicKeyPem: readFileSync(files.publicKeyPath, 'utf8'),
    });
    expect(info?.fingerprint).toMatch(/^sha256\/.{43}=$/);
    expect(info?.createdAt).toBeGreaterThanOrEqual(before);
    expect((info?.nextRotationAt ?? 0) - (info?.createdAt ?? 0)).toBe(DAY);
    expect(await inspectKeyFiles({ keyDir, rotationInterval: 0 })).toMatchObject({
      nextRotationAt: undefined,
    });
  });

  it('changes nothing, and needs no write permission', async () => {
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048 });
    rmSync(join(keyDir, 'public_key.pem'));
    const before = readdirSync(keyDir);
    expect(await inspectKeyFiles({ keyDir })).toMatchObject({ keySize: 2048 });
    expect(readdirSync(keyDir)).toEqual(before);
  });

  it('does not know the public key of an encrypted pair without its public file', async () => {
    const keyDir = newDirectory();
    await generateKeyFiles({ keyDir, keySize: 2048, password: OLD });
    rmSync(join(keyDir, 'public_key.pem'));
    const info = await inspectKeyFiles({ keyDir });
    expect(info).toMatchObject({ encryption: 'password', fingerprint: undefined, keySize: undefined });
  });

  it('reports that there is none, and makes nothing', async () => {
    const keyDir = join(newDirectory(), 'keys');
    expect(await inspectKeyFiles({ keyDir })).toBeUndefined();
    expect(existsSync(keyDir)).toBe(false);
  });

  it('refuses whatever a store would refuse', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    chmodSync(privateKeyPath, 0o644);
    expect(await rejection(inspectKeyFiles({ keyDir }))).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    expect(await rejection(inspectKeyFiles({ keyDir: '' }))).toMatchObject({ argument: 'keyDir' });
  });
});

describe('changeKeyPassword', () => {
  it('protects, changes and unprotects: the same pair, of the same age', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    const pem = await keyAt(privateKeyPath);
    const created = (await inspectKeyFiles({ keyDir }))?.createdAt;
    await changeKeyPassword({ keyDir, newPassword: OLD });
    expect(await keyAt(privateKeyPath, OLD)).toBe(pem);
    await changeKeyPassword({ keyDir, password: OLD, newPassword: NEW });
    expect(await keyAt(privateKeyPath, NEW)).toBe(pem);
    expect(await rejection(keyAt(privateKeyPath, OLD))).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
    expect(statSync(privateKeyPath).mode & 0o777).toBe(0o600);
    await changeKeyPassword({ keyDir, password: NEW, newPassword: null });
    expect(await keyAt(privateKeyPath)).toBe(pem);
    expect((await inspectKeyFiles({ keyDir }))?.createdAt).toBe(created);
  });

  it('with a wrong password changes nothing', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048, password: OLD });
    const before = readFileSync(privateKeyPath);
    const wrong = changeKeyPassword({ keyDir, password: 'not the password', newPassword: NEW });
    expect(await rejection(wrong)).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
    const none = changeKeyPassword({ keyDir, newPassword: NEW });
    expect(await rejection(none)).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
    expect(readFileSync(privateKeyPath).equals(before)).toBe(true);
  });

  it('refuses an undefined password, a short one, and a directory without a pair', async () => {
    const keyDir = join(newDirectory(), 'keys');
    const call = (options: object): Promise<unknown> =>
      rejection(changeKeyPassword({ keyDir, newPassword: NEW, ...options }));
    expect(await call({ newPassword: undefined })).toMatchObject({ argument: 'newPassword' });
    expect(await call({ password: undefined })).toMatchObject({ argument: 'password' });
    expect(await call({ newPassword: 'short' })).toMatchObject({ argument: 'newPassword' });
    expect(await call({})).toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
    expect(existsSync(keyDir)).toBe(false);
  });
});

describe('importKeyFiles', () => {
  it('imports a pair of openssl and protects it', async () => {
    const [elsewhere, keyDir] = [newDirectory(), join(newDirectory(), 'keys')];
    const privateKeyPath = join(elsewhere, 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(privateKeyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    const files = await importKeyFiles({ privateKeyPath, keyDir, newPassword: NEW });
    const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    expect(readFileSync(files.publicKeyPath, 'utf8')).toBe(pem);
    expect(await keyAt(files.privateKeyPath, NEW)).toBe(pem);
    const opened = createPrivateKey({ key: readFileSync(files.privateKeyPath), passphrase: NEW });
    expect(opened.equals(privateKey)).toBe(true);
    const store = new KeyStore({ keyDir, password: NEW, rotationInterval: 0 });
    const lease = await store.acquire();
    lease.release();
    store.dispose();
    expect(lease.keys.publicKey.pem).toBe(pem);
  });

  it.each(['pkcs8-python-best.pem', 'legacy-nomyo-js-0.1.pem'])(
    'imports %s under its own password',
    async (name) => {
      const [elsewhere, keyDir] = [newDirectory(), newDirectory()];
      const privateKeyPath = join(elsewhere, name);
      writeFileSync(privateKeyPath, vectorFile(name), { mode: 0o600 });
      const files = await importKeyFiles({ privateKeyPath, keyDir, password: VECTOR_PASSWORD });
      expect(readFileSync(files.privateKeyPath, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
      expect(await keyAt(files.privateKeyPath, VECTOR_PASSWORD)).toBe(
        await keyAt(privateKeyPath, VECTOR_PASSWORD),
      );
      expect((await inspectKeyFiles({ keyDir }))?.createdAt).toBeGreaterThan(Date.now() - DAY);
    },
  );

  it('overwrites nothing', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    const before = readFileSync(privateKeyPath);
    expect(await rejection(importKeyFiles({ privateKeyPath, keyDir }))).toMatchObject({
      code: 'KEY_FILE_EXISTS',
    });
    expect(readFileSync(privateKeyPath).equals(before)).toBe(true);
  });

  it('of a key that does not work writes nothing', async () => {
    const [elsewhere, keyDir] = [newDirectory(), join(newDirectory(), 'keys')];
    const privateKeyPath = join(elsewhere, 'key.pem');
    writeFileSync(privateKeyPath, vectorFile('flipped.pem'), { mode: 0o600 });
    expect(await rejection(importKeyFiles({ privateKeyPath, keyDir }))).toMatchObject({
      code: 'KEY_FILE_INVALID',
    });
    expect(existsSync(keyDir)).toBe(false);
    expect(execFileSync('ls', ['-A', elsewhere]).toString()).toBe('key.pem\n');
  });
});
