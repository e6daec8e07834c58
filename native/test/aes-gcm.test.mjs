import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';

const { SecureRegion } = addon;
const DECRYPT = 'ERR_NOMYO_NATIVE_DECRYPT';
const lengths = [1, 15, 16, 17, 1000, 4096, 4097, 100_000, 1_000_000];

const newKey = () => SecureRegion.from(randomBytes(32));

function seal(key, nonce, plaintext) {
  const cipher = createCipheriv('aes-256-gcm', key.view(), nonce, { authTagLength: 16 });
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { ciphertext, tag: cipher.getAuthTag() };
}

function nodeOpen(key, nonce, { ciphertext, tag }) {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

const flip = (bytes, at) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));

describe('aesGcmOpen', () => {
  test.each(lengths)('opens %i bytes of node:crypto', (length) => {
    const key = newKey();
    const nonce = randomBytes(12);
    const plaintext = randomBytes(length);
    const { ciphertext, tag } = seal(key, nonce, plaintext);
    const opened = addon.aesGcmOpen(key, nonce, ciphertext, tag);
    expect(opened.length).toBe(length);
    expect(bytesOf(opened).equals(plaintext)).toBe(true);
    opened.release();
  });

  // The GCM Specification (McGrew, Viega), test case 15.
  test('opens the specified bytes', () => {
    const hex = (text) => Buffer.from(text, 'hex');
    const key = SecureRegion.from(hex('feffe9928665731c6d6a8f9467308308'.repeat(2)));
    const ciphertext = hex(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
    );
    const tag = hex('b094dac5d93471bdec1a502270e3cc6c');
    const opened = addon.aesGcmOpen(key, hex('cafebabefacedbaddecaf888'), ciphertext, tag);
    expect(bytesOf(opened).toString('hex')).toMatch(/^d9313225f88406e5.*1aafd255$/);
  });

  // Test case 16: the same key, with associated data.
  test('takes associated data', async () => {
    const hex = (text) => Buffer.from(text, 'hex');
    const key = SecureRegion.from(hex('feffe9928665731c6d6a8f9467308308'.repeat(2)));
    const nonce = hex('cafebabefacedbaddecaf888');
    const ciphertext = hex(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    );
    const tag = hex('76fc6ece0f4e1768cddf8853bb2d551b');
    const aad = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const open = (data) => addon.aesGcmOpen(key, nonce, ciphertext, tag, false, data);
    expect(bytesOf(open(aad)).toString('hex')).toMatch(/^d9313225f88406e5.*ba637b39$/);
    expect(bytesOf(open(Uint8Array.from(aad))).length).toBe(60);
    for (let at = 0; at < aad.length; at++) expect(await codeOf(() => open(flip(aad, at)))).toBe(DECRYPT);
    for (const other of [
      aad.subarray(1),
      Buffer.concat([aad, Buffer.alloc(1)]),
      new Uint8Array(0),
      undefined,
    ]) {
      expect(await codeOf(() => open(other))).toBe(DECRYPT);
    }
    expect(await codeOf(() => open('feed'))).toBe('ERR_NOMYO_NATIVE_ARGUMENT_TYPE');
    expect(await codeOf(() => open(null))).toBe('ERR_NOMYO_NATIVE_ARGUMENT_TYPE');
  });

  test('takes no associated data and empty data for the same', () => {
    const key = newKey();
    const nonce = randomBytes(12);
    const { ciphertext, tag } = seal(key, nonce, Buffer.from('x'));
    const opened = addon.aesGcmOpen(key, nonce, ciphertext, tag, true, new Uint8Array(0));
    expect(bytesOf(opened).toString()).toBe('x');
  });

  test('has one error for every change', async () => {
    const key = newKey();
    const nonce = randomBytes(12);
    const { ciphertext, tag } = seal(key, nonce, randomBytes(50));
    const open = (...args) => codeOf(() => addon.aesGcmOpen(...args));
    for (let at = 0; at < 50; at += 7) {
      expect(await open(key, nonce, flip(ciphertext, at), tag)).toBe(DECRYPT);
    }
    for (let at = 0; at < 16; at++) expect(await open(key, nonce, ciphertext, flip(tag, at))).toBe(DECRYPT);
    expect(await open(key, flip(nonce, 3), ciphertext, tag)).toBe(DECRYPT);
    expect(await open(newKey(), nonce, ciphertext, tag)).toBe(DECRYPT);
    expect(await open(key, nonce, ciphertext.subarray(1), tag)).toBe(DECRYPT);
  });

  test('accepts a 16-byte tag only', async () => {
    const key = newKey();
    const nonce = randomBytes(12);
    const { ciphertext, tag } = seal(key, nonce, randomBytes(50));
    for (const length of [4, 8, 12, 13, 14, 15]) {
      const code = await codeOf(() => addon.aesGcmOpen(key, nonce, ciphertext, tag.subarray(0, length)));
      expect(code).toBe('ERR_NOMYO_NATIVE_ARGUMENT_RANGE');
    }
  });

  test('an error leaves nothing for the next call of node:crypto on the same thread', async () => {
    const key = newKey();
    const nonce = randomBytes(12);
    await codeOf(() => addon.aesGcmOpen(key, nonce, randomBytes(50), randomBytes(16)));
    const sealed = seal(key, nonce, Buffer.from('x'));
    expect(nodeOpen(key.view(), nonce, sealed).toString()).toBe('x');
  });
});
