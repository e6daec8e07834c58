// Encrypted key files: what openssl, the Python client and the predecessor wrote.
import { spawnSync } from 'node:child_process';
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';
import { withTempDir } from './support/child.mjs';
import { derOf, keyFile, keyObjectOf, parsePbes2 } from './support/keys.mjs';

const { SecureRegion, NativePrivateKey } = addon;

const derive = (password, { kdf, salt, cost, iterations, hash, keyLength }) =>
  kdf === 'scrypt'
    ? addon.scrypt(password, salt, cost, keyLength)
    : addon.pbkdf2(password, salt, iterations, hash, keyLength);

async function open(name, password) {
  const parameters = parsePbes2(derOf(name));
  const key = await derive(password, parameters);
  try {
    return addon.aesCbcDecrypt(key, parameters.iv, parameters.ciphertext);
  } finally {
    key.release();
  }
}

const names = [
  'pkcs8-python-best.pem',
  'pkcs8-pbkdf2-600k-aes256.pem',
  'pkcs8-scrypt-aes256.pem',
  'pkcs8-pbkdf2-sha1-aes128.pem',
];

describe.each(names)('%s', (name) => {
  const expected = keyObjectOf('pkcs8.pem').export({ format: 'der', type: 'pkcs8' });

  test('opens into locked memory', async () => {
    const password = SecureRegion.from(Buffer.from(keyFile(name).password));
    const der = await open(name, password);
    expect(bytesOf(der).equals(expected)).toBe(true);
    expect(NativePrivateKey.fromDer(der).modulusLength).toBe(4096);
  });

  test('does not open with another password', async () => {
    const code = await codeOf(async () => {
      const der = await open(name, Buffer.from('another password'));
      NativePrivateKey.fromDer(der); // 1 of 256 passes the padding, none the DER
    });
    expect(['ERR_NOMYO_NATIVE_DECRYPT', 'ERR_NOMYO_NATIVE_KEY']).toContain(code);
  });
});

test('a key file of nomyo-js 0.1 opens', async () => {
  // salt 16 | iv 16 | AES-256-CBC(PKCS#8); PBKDF2-HMAC-SHA256, 100,000 rounds
  const name = 'legacy-nomyo-js-0.1.pem';
  const file = derOf(name);
  const password = Buffer.from(keyFile(name).password);
  const key = await addon.pbkdf2(password, file.subarray(0, 16), 100_000, 'SHA-256', 32);
  const der = addon.aesCbcDecrypt(key, file.subarray(16, 32), file.subarray(32));
  expect(NativePrivateKey.fromDer(der).modulusLength).toBe(4096);
});

describe('key derivation agrees with node:crypto', () => {
  const password = Buffer.from('a password');
  const salt = Buffer.from('some salt');

  test.each(['SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'])('PBKDF2 %s', async (hash) => {
    const expected = pbkdf2Sync(password, salt, 1000, 70, hash.replace('-', ''));
    for (const source of [password, SecureRegion.from(password)]) {
      const derived = await addon.pbkdf2(source, salt, 1000, hash, 70);
      expect(bytesOf(derived).equals(expected)).toBe(true);
    }
  });

  test.each([
    { N: 2, r: 1, p: 1 },
    { N: 1024, r: 8, p: 16 },
    { N: 32_768, r: 8, p: 1 },
  ])('scrypt %j', async (cost) => {
    const expected = scryptSync(password, salt, 70, { ...cost, maxmem: 2 ** 30 });
    expect(bytesOf(await addon.scrypt(password, salt, cost, 70)).equals(expected)).toBe(true);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
(hasOpenssl ? test : test.skip)('openssl enc reads what aesCbcEncrypt writes, and back', async () => {
  await withTempDir((dir) => {
    const at = (name) => join(dir, name);
    const key = addon.randomBytes(32);
    const iv = bytesOf(addon.randomBytes(16));
    const hex = ['-K', bytesOf(key).toString('hex'), '-iv', iv.toString('hex')];
    const plaintext = derOf('pkcs8.pem');
    const enc = (args) => spawnSync('openssl', ['enc', '-aes-256-cbc', ...hex, ...args]).status;
    writeFileSync(at('sealed'), addon.aesCbcEncrypt(key, iv, plaintext));
    expect(enc(['-d', '-in', at('sealed'), '-out', at('opened')])).toBe(0);
    expect(readFileSync(at('opened')).equals(plaintext)).toBe(true);
    expect(enc(['-e', '-in', at('opened'), '-out', at('sealed')])).toBe(0);
    const opened = addon.aesCbcDecrypt(key, iv, readFileSync(at('sealed')));
    expect(bytesOf(opened).equals(plaintext)).toBe(true);
  });
});
