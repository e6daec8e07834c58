import { spawnSync } from 'node:child_process';
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';
import { withTempDir } from './support/child.mjs';
import { derOf, keyObjectOf } from './support/keys.mjs';

const { SecureRegion, NativePrivateKey } = addon;
const DECRYPT = 'ERR_NOMYO_NATIVE_DECRYPT';
const KEY = 'ERR_NOMYO_NATIVE_KEY';

const oaep = (key, oaepHash = 'sha256') => ({
  key,
  oaepHash,
  padding: constants.RSA_PKCS1_OAEP_PADDING,
});
const wrap = (privateKey, secret) => publicEncrypt(oaep(createPublicKey(privateKey)), secret);
const load = (der) => NativePrivateKey.fromDer(SecureRegion.from(der));
const asKeyObject = (region) => createPrivateKey({ key: bytesOf(region), format: 'der', type: 'pkcs8' });

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withOpenssl = hasOpenssl ? test : test.skip;

function openssl(args) {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
const OAEP_OPTIONS = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap(
  (option) => ['-pkeyopt', option],
);

describe('NativePrivateKey', () => {
  test.each(['pkcs8.pem', 'pkcs1.pem', 'rsa2048.pem'])('%s unwraps what node wraps', async (name) => {
    const reference = keyObjectOf(name);
    const key = load(derOf(name));
    expect(key.modulusLength).toBe(reference.asymmetricKeyDetails.modulusLength);
    for (const length of [1, 32, 190]) {
      const secret = randomBytes(length);
      const unwrapped = await key.unwrap(wrap(reference, secret));
      expect(bytesOf(unwrapped).equals(secret)).toBe(true);
      unwrapped.release();
    }
    key.dispose();
  });

  test('the DER may be released at once', async () => {
    const der = SecureRegion.from(derOf('pkcs8.pem'));
    const key = NativePrivateKey.fromDer(der);
    der.release();
    const secret = randomBytes(32);
    const unwrapped = await key.unwrap(wrap(keyObjectOf('pkcs8.pem'), secret));
    expect(bytesOf(unwrapped).equals(secret)).toBe(true);
  });

  test('unwraps many at a time, and finishes what runs when it is disposed of', async () => {
    const reference = keyObjectOf('rsa2048.pem');
    const key = load(derOf('rsa2048.pem'));
    const secrets = Array.from({ length: 40 }, () => randomBytes(32));
    const running = secrets.map((secret) => key.unwrap(wrap(reference, secret)));
    key.dispose();
    key.dispose();
    expect(key.disposed).toBe(true);
    for (const [i, unwrapped] of (await Promise.all(running)).entries()) {
      expect(bytesOf(unwrapped).equals(secrets[i])).toBe(true);
    }
    expect(await codeOf(() => key.unwrap(wrap(reference, secrets[0])))).toBe('ERR_NOMYO_NATIVE_RELEASED');
  });

  test('has one error for everything that is wrong with a wrapped key', async () => {
    const reference = keyObjectOf('rsa2048.pem');
    const key = load(derOf('rsa2048.pem'));
    const good = wrap(reference, randomBytes(32));
    const publicKey = createPublicKey(reference);
    const bad = [
      good.subarray(1),
      Buffer.concat([good, Buffer.alloc(1)]),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      Buffer.from(good).fill(0, 100, 101).fill(1, 101, 102),
      publicEncrypt(oaep(publicKey, 'sha1'), randomBytes(32)),
      publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, randomBytes(32)),
      publicEncrypt({ ...oaep(publicKey), oaepLabel: Buffer.from('x') }, randomBytes(32)),
      wrap(keyObjectOf('pkcs8.pem'), randomBytes(32)),
    ];
    const messages = new Set();
    for (const wrapped of bad) {
      const error = await key.unwrap(wrapped).catch((reason) => reason);
      expect(error.code).toBe(DECRYPT);
      messages.add(error.message);
    }
    expect(messages.size).toBe(1);
  });
});

describe('keys that are refused', () => {
  test.each(['rsa1024.pem', 'ec.pem', 'public-in-private.pem', 'flipped.pem'])('%s', async (name) => {
    expect(await codeOf(() => load(derOf(name)))).toBe(KEY);
  });

  test('a flipped bit anywhere, and every cut', async () => {
    const der = derOf('rsa2048.pem');
    for (let at = 0; at < der.length; at += 11) {
      const flipped = Buffer.from(der);
      flipped[at] ^= 1 << (at % 8);
      expect(await codeOf(() => load(flipped))).toBe(KEY);
    }
    for (let length = 1; length < der.length; length += 17) {
      expect(await codeOf(() => load(der.subarray(0, length)))).toBe(KEY);
    }
    expect(await codeOf(() => load(Buffer.concat([der, Buffer.alloc(1)])))).toBe(KEY);
  });

  test('noise', async () => {
    for (let i = 0; i < 300; i++) {
      const noise = randomBytes(1 + (i % 200));
      noise[0] = 0x30;
      expect(await codeOf(() => load(noise))).toBe(KEY);
    }
  });
});

describe('generatePkcs8', () => {
  test.each([2048, 3072, 4096])('makes keys of %i bits that node uses', async (bits) => {
    const der = await addon.generatePkcs8(bits);
    const reference = asKeyObject(der);
    expect(reference.asymmetricKeyDetails).toEqual({
      modulusLength: bits,
      publicExponent: 65537n,
    });
    // DER has one form only: node writes the same bytes.
    expect(reference.export({ format: 'der', type: 'pkcs8' }).equals(bytesOf(der))).toBe(true);
    const secret = randomBytes(32);
    const key = NativePrivateKey.fromDer(der);
    der.release();
    expect(bytesOf(await key.unwrap(wrap(reference, secret))).equals(secret)).toBe(true);
    expect(privateDecrypt(oaep(reference), wrap(reference, secret)).equals(secret)).toBe(true);
  });

  withOpenssl('openssl accepts the key, and each unwraps what the other knows', async () => {
    await withTempDir(async (dir) => {
      const at = (name) => join(dir, name);
      const der = await addon.generatePkcs8(2048);
      writeFileSync(at('key.der'), bytesOf(der), { mode: 0o600 });
      openssl(['pkey', '-check', '-inform', 'DER', '-in', at('key.der'), '-noout']);
      const secret = randomBytes(32);
      writeFileSync(at('secret'), secret);
      const keyArgs = ['-inkey', at('key.der'), '-keyform', 'DER', ...OAEP_OPTIONS];
      openssl(['pkeyutl', '-encrypt', ...keyArgs, '-in', at('secret'), '-out', at('wrapped')]);
      const key = NativePrivateKey.fromDer(der);
      const unwrapped = await key.unwrap(readFileSync(at('wrapped')));
      expect(bytesOf(unwrapped).equals(secret)).toBe(true);
      writeFileSync(at('wrapped'), wrap(asKeyObject(der), secret));
      openssl(['pkeyutl', '-decrypt', ...keyArgs, '-in', at('wrapped'), '-out', at('opened')]);
      expect(readFileSync(at('opened')).equals(secret)).toBe(true);
    });
  });
});
