import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decryptAesCbc } from '../src/aes-cbc.js';
import { securityCode, wrongArgument } from './support/errors.js';

const pattern = (length: number, seed = 1): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);

function encrypted(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv(`aes-${String(key.byteLength * 8)}-cbc`, key, iv);
  return Uint8Array.from(Buffer.concat([cipher.update(plaintext), cipher.final()]));
}

describe('decryptAesCbc', () => {
  it.each([16, 24, 32])('opens what node:crypto encrypted with a key of %d bytes', async (keyBytes) => {
    const [key, iv] = [pattern(keyBytes), pattern(16, 9)];
    for (const length of [0, 1, 15, 16, 17, 2000]) {
      const plaintext = await decryptAesCbc({ key, iv, ciphertext: encrypted(key, iv, pattern(length)) });
      expect(plaintext.use((bytes) => [...bytes])).toEqual([...pattern(length)]);
    }
    expect([...key]).toEqual([...pattern(keyBytes)]);
  });

  it('refuses wrong padding and cut text with one error', async () => {
    const [key, iv] = [pattern(32), pattern(16, 9)];
    const good = encrypted(key, iv, pattern(40));
    const flipped = good.map((byte, i) => (i === 31 ? byte ^ 0xff : byte));
    for (const ciphertext of [flipped, good.subarray(0, 47), good.subarray(0, 0)]) {
      expect(await securityCode(() => decryptAesCbc({ key, iv, ciphertext }))).toBe('DECRYPTION_FAILED');
    }
  });

  it('refuses keys and vectors of other lengths', async () => {
    const ciphertext = pattern(16);
    expect(await wrongArgument(() => decryptAesCbc({ key: pattern(31), iv: pattern(16), ciphertext }))).toBe(
      'key',
    );
    expect(await wrongArgument(() => decryptAesCbc({ key: pattern(32), iv: pattern(15), ciphertext }))).toBe(
      'iv',
    );
  });
});
