import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Random } from '../../src/common/random.js';
import { sealGcm } from '../../src/oracle/gcm.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** From "The Galois/Counter Mode of Operation" (McGrew, Viega), appendix B, test cases 13 to 18. */
const KEY = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
const PLAINTEXT = hex(
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
);
const ASSOCIATED = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
const ZEROS = { key: Buffer.alloc(32), nonce: Buffer.alloc(12) };

describe('AES-256-GCM by hand', () => {
  it.each([
    ['13', { ...ZEROS, plaintext: Buffer.alloc(0) }, '', '530f8afbc74536b9a963b4f1c4cb738b'],
    [
      '14',
      { ...ZEROS, plaintext: Buffer.alloc(16) },
      'cea7403d4d606b6e074ec5d3baf39d18',
      'd0d1c8a799996bf0265b98b5d48ab919',
    ],
    [
      '16',
      { key: KEY, nonce: hex('cafebabefacedbaddecaf888'), plaintext: PLAINTEXT, associated: ASSOCIATED },
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
      '76fc6ece0f4e1768cddf8853bb2d551b',
    ],
    [
      '17',
      { key: KEY, nonce: hex('cafebabefacedbad'), plaintext: PLAINTEXT, associated: ASSOCIATED },
      'c3762df1ca787d32ae47c13bf19844cbaf1ae14d0b976afac52ff7d79bba9de0feb582d33934a4f0954cc2363bc73f7862ac430e64abe499f47c9b1f',
      '3a337dbf46a792c45e454913fe2ea8f2',
    ],
  ])('passes test case %s of its authors', (_name, input, ciphertext, tag) => {
    const sealed = sealGcm(input);
    expect(sealed.ciphertext.toString('hex')).toBe(ciphertext);
    expect(sealed.tag.toString('hex')).toBe(tag);
  });

  it('agrees with OpenSSL on 100 random inputs', () => {
    const random = new Random('gcm');
    for (let i = 0; i < 100; i += 1) {
      const [key, nonce] = [random.bytes(32), random.bytes(1 + random.below(40))];
      const [plaintext, associated] = [random.bytes(random.below(200)), random.bytes(random.below(40))];
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      expect(sealGcm({ key, nonce, plaintext, associated })).toEqual({
        ciphertext,
        tag: cipher.getAuthTag(),
      });
    }
  });
});
