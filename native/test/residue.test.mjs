// Searches the whole memory of a process that has used secrets. A hit is proof and a 0 can be luck:
// every search is repeated, and the search is shown to find what is planted.
import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  pbkdf2Sync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from '@jest/globals';

import { addon } from './support/addon.mjs';
import { canLimit, startChild, withTempDir } from './support/child.mjs';
import { derOf, keyFile, keyObjectOf, parsePbes2 } from './support/keys.mjs';
import { search } from './support/memory.mjs';

const onLinux = process.platform === 'linux';
const suite = onLinux ? describe : describe.skip; // reads /proc/PID/mem
const SCANS = 8;
const MASK = 0xa5;
const mask = (bytes) => Buffer.from(bytes.map((byte) => byte ^ MASK)).toString('base64');
const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** 24 bytes from the middle of p, q and d, in both byte orders: OpenSSL keeps words reversed. */
function needlesOf(privateKey) {
  const jwk = privateKey.export({ format: 'jwk' });
  const needles = {};
  for (const name of ['p', 'q', 'd']) {
    const number = Buffer.from(jwk[name], 'base64url');
    for (const [part, at] of [
      ['middle', number.length >> 1],
      ['start', 8],
    ]) {
      const piece = number.subarray(at, at + 24);
      needles[`${name} ${part}`] = piece;
      needles[`${name} ${part} reversed`] = Buffer.from(piece).reverse();
    }
  }
  return needles;
}

const nothing = { inside: 0, outside: 0 };
const nowhere = (needles) => Object.fromEntries(Object.keys(needles).map((name) => [name, nothing]));

const onlyOutside = (found) =>
  Object.fromEntries(Object.entries(found).map(([name, { outside }]) => [name, outside]));

/** A sealed answer and what must not remain of it. */
function makeAnswer(privateKey) {
  const publicKey = createPublicKey(privateKey);
  const aesKey = randomBytes(32);
  const nonce = randomBytes(12);
  const payload = Buffer.concat([randomBytes(3000), randomBytes(30_000)]);
  const cipher = createCipheriv('aes-256-gcm', aesKey, nonce);
  const ciphertext = Buffer.concat([cipher.update(payload), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: publicKey, oaepHash: 'sha256', padding }, aesKey);
  // Masked with nothing but itself: whoever finds all of it has the AES key.
  const encoded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, wrapped);
  return {
    message: {
      command: 'open',
      wrapped: base64(wrapped),
      nonce: base64(nonce),
      ciphertext: base64(ciphertext),
      tag: base64(cipher.getAuthTag()),
    },
    sum: payload.reduce((total, byte) => total + byte, 0),
    needles: {
      'AES key': aesKey,
      'OAEP-encoded key': encoded.subarray(300, 324),
      'payload start': payload.subarray(0, 24),
      'payload middle': payload.subarray(15_000, 15_024),
      'payload end': payload.subarray(-24),
    },
  };
}

suite('memory after use', () => {
  const reference = onLinux ? keyObjectOf('pkcs8.pem') : undefined;
  let child;

  afterEach(() => child?.end());

  const load = (options) => child.ask({ command: 'load', masked: mask(derOf('pkcs8.pem')), ...options });

  test('the search finds what is planted, and only while it is there', async () => {
    child = startChild('residue.mjs');
    const secret = randomBytes(100);
    const needles = { planted: secret.subarray(20, 44) };
    expect(search(child.pid, needles).planted).toEqual(nothing);
    await child.ask({ command: 'plant', masked: mask(secret) });
    expect(search(child.pid, needles).planted.outside).toBeGreaterThan(0);
    await child.ask({ command: 'forget' });
    expect(search(child.pid, needles).planted).toEqual(nothing);
  });

  test('no part of a private key between operations', async () => {
    child = startChild('residue.mjs');
    const { secretMemory } = await load({});
    expect(secretMemory).toBe(addon.info().features.secretMemory);
    const needles = needlesOf(reference);
    for (let i = 0; i < SCANS; i++) {
      const { message, sum, needles: answer } = makeAnswer(reference);
      expect(await child.ask(message)).toEqual({ sum });
      const all = { ...needles, ...answer };
      const found = search(child.pid, all);
      if (secretMemory) expect(found).toEqual(nowhere(all));
      expect(onlyOutside(found)).toEqual(onlyOutside(nowhere(all)));
    }
  });

  test('the same search finds the key while node:crypto holds it', async () => {
    child = startChild('residue.mjs');
    await withTempDir(async (dir) => {
      const path = join(dir, 'key.der');
      writeFileSync(path, derOf('pkcs8.pem'), { mode: 0o600 });
      await child.ask({ command: 'hold', path });
    });
    const found = search(child.pid, needlesOf(reference));
    const copies = (name) => found[name].outside + found[`${name} reversed`].outside;
    expect(copies('p middle')).toBeGreaterThan(0);
    expect(copies('q middle')).toBeGreaterThan(0);
  });

  const limits = canLimit ? test : test.skip;
  limits('without memfd_secret the key lies in locked pages and nowhere else', async () => {
    child = startChild('residue.mjs', { prefix: ['prlimit', '--nofile=64', '--'] });
    expect(await load({ fallback: true })).toEqual({ secretMemory: false, locked: true });
    const needles = needlesOf(reference);
    for (let i = 0; i < 3; i++) {
      const { message, sum } = makeAnswer(reference);
      expect(await child.ask(message)).toEqual({ sum });
      const found = search(child.pid, needles);
      for (const [name, { inside, outside }] of Object.entries(found)) {
        expect([name, inside, outside]).toEqual([name, name.endsWith('reversed') ? 1 : 0, 0]);
      }
    }
  });

  test('an encrypted key file leaves nothing', async () => {
    child = startChild('residue.mjs');
    const name = 'pkcs8-pbkdf2-600k-aes256.pem';
    const { salt, iterations, iv, ciphertext } = parsePbes2(derOf(name));
    const derived = pbkdf2Sync(keyFile(name).password, salt, iterations, 32, 'sha256');
    const answer = await child.ask({
      command: 'decryptFile',
      derived: mask(derived),
      iv: base64(iv),
      ciphertext: base64(ciphertext),
    });
    expect(answer).toEqual({ modulusLength: 4096 });
    const needles = { ...needlesOf(reference), 'derived key': derived };
    expect(onlyOutside(search(child.pid, needles))).toEqual(onlyOutside(nowhere(needles)));
  });

  test('a generated key leaves nothing', async () => {
    child = startChild('residue.mjs');
    for (let i = 0; i < 3; i++) {
      const { masked } = await child.ask({ command: 'generate', bits: 2048 });
      const der = Buffer.from(masked, 'base64').map((byte) => byte ^ MASK);
      const made = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
      const needles = needlesOf(made);
      expect(onlyOutside(search(child.pid, needles))).toEqual(onlyOutside(nowhere(needles)));
    }
  });
});
