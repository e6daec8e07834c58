import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';

const { SecureRegion } = addon;
const DECRYPT = 'ERR_NOMYO_NATIVE_DECRYPT';
const lengths = [1, 15, 16, 17, 1000, 4096, 4097, 100_000, 1_000_000];

function nodeSeal(key, nonce, plaintext) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { ciphertext, tag: cipher.getAuthTag() };
}

function nodeOpen(key, nonce, { ciphertext, tag }) {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

describe('AES-256-GCM', () => {
  const seals = {
    aesGcmSeal: (...args) => addon.aesGcmSeal(...args),
    aesGcmSealAsync: (...args) => addon.aesGcmSealAsync(...args),
  };
  for (const [name, seal] of Object.entries(seals)) {
    test.each(lengths)(`${name} of %i bytes is what node:crypto makes, and opens there`, async (length) => {
      const key = addon.randomBytes(32);
      const nonce = randomBytes(12);
      const plaintext = randomBytes(length);
      for (const source of [plaintext, SecureRegion.from(plaintext)]) {
        const sealed = await seal(key, nonce, source);
        const expected = nodeSeal(key.view(), nonce, plaintext);
        expect(expected.ciphertext.equals(sealed.ciphertext)).toBe(true);
        expect(expected.tag.equals(sealed.tag)).toBe(true);
        expect(sealed.ciphertext.buffer).toBe(sealed.tag.buffer);
        expect(nodeOpen(key.view(), nonce, sealed).equals(plaintext)).toBe(true);
      }
    });
  }

  const opens = {
    aesGcmOpen: async (...args) => addon.aesGcmOpen(...args),
    aesGcmOpenAsync: (...args) => addon.aesGcmOpenAsync(...args),
  };
  for (const [name, open] of Object.entries(opens)) {
    test.each(lengths)(`${name} opens %i bytes of node:crypto`, async (length) => {
      const key = addon.randomBytes(32);
      const nonce = randomBytes(12);
      const plaintext = randomBytes(length);
      const { ciphertext, tag } = nodeSeal(key.view(), nonce, plaintext);
      const opened = await open(key, nonce, ciphertext, tag);
      expect(opened.length).toBe(length);
      expect(bytesOf(opened).equals(plaintext)).toBe(true);
      opened.release();
    });

    test(`${name} has one error for every change`, async () => {
      const key = addon.randomBytes(32);
      const nonce = randomBytes(12);
      const { ciphertext, tag } = addon.aesGcmSeal(key, nonce, randomBytes(50));
      const flip = (bytes, at) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
      for (let at = 0; at < 50; at += 7) {
        expect(await codeOf(() => open(key, nonce, flip(ciphertext, at), tag))).toBe(DECRYPT);
      }
      for (let at = 0; at < 16; at++) {
        expect(await codeOf(() => open(key, nonce, ciphertext, flip(tag, at)))).toBe(DECRYPT);
      }
      expect(await codeOf(() => open(key, flip(nonce, 3), ciphertext, tag))).toBe(DECRYPT);
      expect(await codeOf(() => open(addon.randomBytes(32), nonce, ciphertext, tag))).toBe(DECRYPT);
      expect(await codeOf(() => open(key, nonce, ciphertext.subarray(1), tag))).toBe(DECRYPT);
    });

    test(`${name} accepts a 16-byte tag only`, async () => {
      const key = addon.randomBytes(32);
      const nonce = randomBytes(12);
      const { ciphertext, tag } = addon.aesGcmSeal(key, nonce, randomBytes(50));
      for (const length of [4, 8, 12, 13, 14, 15]) {
        const code = await codeOf(() => open(key, nonce, ciphertext, tag.subarray(0, length)));
        expect(code).toBe('ERR_NOMYO_NATIVE_ARGUMENT_RANGE');
      }
    });
  }

  test('an error leaves nothing for the next call of node:crypto on the same thread', async () => {
    const key = addon.randomBytes(32);
    const nonce = randomBytes(12);
    await codeOf(() => addon.aesGcmOpen(key, nonce, randomBytes(50), randomBytes(16)));
    const sealed = nodeSeal(key.view(), nonce, Buffer.from('x'));
    expect(nodeOpen(key.view(), nonce, sealed).toString()).toBe('x');
  });

  test('a key released during an asynchronous seal is not wiped before its end', async () => {
    const nonce = randomBytes(12);
    for (let i = 0; i < 50; i++) {
      const key = addon.randomBytes(32);
      const copy = bytesOf(key);
      const plaintext = addon.randomBytes(100_000);
      const expected = nodeSeal(copy, nonce, bytesOf(plaintext));
      const sealing = addon.aesGcmSealAsync(key, nonce, plaintext);
      if (i % 2 === 0) key.wipe();
      key.release();
      plaintext.release();
      const sealed = await sealing;
      expect(expected.tag.equals(sealed.tag)).toBe(true);
      expect(expected.ciphertext.equals(sealed.ciphertext)).toBe(true);
    }
  });

  test('wipe() during an operation takes effect when it ends', async () => {
    const key = addon.randomBytes(32);
    const view = key.view();
    const sealing = addon.aesGcmSealAsync(key, randomBytes(12), addon.randomBytes(1_000_000));
    key.wipe();
    await sealing;
    expect(Buffer.from(view)).toEqual(Buffer.alloc(32));
  });

  test('inputs of an asynchronous call may be changed or moved away at once', async () => {
    const key = addon.randomBytes(32);
    const nonce = randomBytes(12);
    const plaintext = new Uint8Array(500_000).fill(7);
    const expected = nodeSeal(key.view(), nonce, plaintext);
    const sealing = addon.aesGcmSealAsync(key, nonce, plaintext);
    structuredClone(plaintext.buffer, { transfer: [plaintext.buffer] });
    const sealed = await sealing;
    expect(expected.tag.equals(sealed.tag)).toBe(true);
    const opening = addon.aesGcmOpenAsync(key, nonce, sealed.ciphertext, sealed.tag);
    structuredClone(sealed.ciphertext.buffer, { transfer: [sealed.ciphertext.buffer] });
    expect(bytesOf(await opening)[499_999]).toBe(7);
  });
});

describe('AES-CBC', () => {
  test.each([16, 24, 32])('with a key of %i bytes agrees with node:crypto', (keyLength) => {
    const name = `aes-${keyLength * 8}-cbc`;
    const key = addon.randomBytes(keyLength);
    const iv = randomBytes(16);
    for (const length of [1, 15, 16, 17, 2375]) {
      const plaintext = randomBytes(length);
      const cipher = createCipheriv(name, key.view(), iv);
      const expected = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      for (const source of [plaintext, SecureRegion.from(plaintext)]) {
        expect(expected.equals(addon.aesCbcEncrypt(key, iv, source))).toBe(true);
      }
      for (const source of [expected, SecureRegion.from(expected)]) {
        expect(bytesOf(addon.aesCbcDecrypt(key, iv, source)).equals(plaintext)).toBe(true);
      }
    }
  });

  test('refuses keys of other lengths and broken padding', async () => {
    const iv = randomBytes(16);
    for (const length of [17, 20, 31]) {
      const key = addon.randomBytes(length);
      expect(await codeOf(() => addon.aesCbcEncrypt(key, iv, randomBytes(5)))).toBe(
        'ERR_NOMYO_NATIVE_ARGUMENT_RANGE',
      );
    }
    const key = addon.randomBytes(32);
    for (const length of [1, 15, 17]) {
      expect(await codeOf(() => addon.aesCbcDecrypt(key, iv, randomBytes(length)))).toBe(DECRYPT);
    }
  });
});

test('randomBytes differ', () => {
  const [first, second] = [addon.randomBytes(1000), addon.randomBytes(1000)];
  expect(bytesOf(first).equals(bytesOf(second))).toBe(false);
  expect(bytesOf(first).subarray(900).equals(Buffer.alloc(100))).toBe(false);
});
