// Encrypted key files: what openssl, the Python client and the predecessor wrote.
import { createCipheriv, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';
import { derOf, keyFile, keyObjectOf, parsePbes2 } from './support/keys.mjs';

const { SecureRegion, NativePrivateKey } = addon;
const DECRYPT = 'ERR_NOMYO_NATIVE_DECRYPT';

const derive = (password, { kdf, salt, cost, iterations, hash, keyLength }) =>
  kdf === 'scrypt'
    ? scryptSync(password, salt, keyLength, { ...cost, maxmem: 2 ** 30 })
    : pbkdf2Sync(password, salt, iterations, keyLength, hash.replace('-', ''));

function open(name, password) {
  const parameters = parsePbes2(derOf(name));
  const key = SecureRegion.from(derive(password, parameters));
  try {
    return addon.aesCbcDecrypt(key, parameters.iv, parameters.ciphertext);
  } finally {
    key.release();
  }
}

describe.each([
  'pkcs8-python-best.pem',
  'pkcs8-pbkdf2-600k-aes256.pem',
  'pkcs8-scrypt-aes256.pem',
  'pkcs8-pbkdf2-sha1-aes128.pem',
])('%s', (name) => {
  const expected = keyObjectOf('pkcs8.pem').export({ format: 'der', type: 'pkcs8' });

  test('opens into locked memory', () => {
    const der = open(name, Buffer.from(keyFile(name).password));
    expect(bytesOf(der).equals(expected)).toBe(true);
    expect(NativePrivateKey.fromDer(der).modulusLength).toBe(4096);
  });

  test('does not open with another password', async () => {
    const code = await codeOf(() => {
      const der = open(name, Buffer.from('another password'));
      NativePrivateKey.fromDer(der); // 1 of 256 passes the padding, none the DER
    });
    expect([DECRYPT, 'ERR_NOMYO_NATIVE_KEY']).toContain(code);
  });
});

test('a key file of nomyo-js 0.1 opens', () => {
  // salt 16 | iv 16 | AES-256-CBC(PKCS#8); PBKDF2-HMAC-SHA256, 100,000 rounds
  const name = 'legacy-nomyo-js-0.1.pem';
  const file = derOf(name);
  const derived = pbkdf2Sync(keyFile(name).password, file.subarray(0, 16), 100_000, 32, 'sha256');
  const key = SecureRegion.from(derived);
  const der = addon.aesCbcDecrypt(key, file.subarray(16, 32), file.subarray(32));
  expect(NativePrivateKey.fromDer(der).modulusLength).toBe(4096);
});

describe('aesCbcDecrypt', () => {
  test.each([16, 24, 32])('with a key of %i bytes opens what node:crypto writes', (keyLength) => {
    const key = SecureRegion.from(randomBytes(keyLength));
    const iv = randomBytes(16);
    for (const length of [1, 15, 16, 17, 2375, 5000]) {
      const plaintext = randomBytes(length);
      const cipher = createCipheriv(`aes-${keyLength * 8}-cbc`, key.view(), iv);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      expect(bytesOf(addon.aesCbcDecrypt(key, iv, ciphertext)).equals(plaintext)).toBe(true);
    }
  });

  test('refuses keys of other lengths and broken padding', async () => {
    const iv = randomBytes(16);
    const open = (keyLength, length) =>
      codeOf(() => addon.aesCbcDecrypt(SecureRegion.allocate(keyLength), iv, randomBytes(length)));
    for (const length of [17, 20, 31]) expect(await open(length, 32)).toBe('ERR_NOMYO_NATIVE_ARGUMENT_RANGE');
    for (const length of [1, 15, 17]) expect(await open(32, length)).toBe(DECRYPT);
  });
});
