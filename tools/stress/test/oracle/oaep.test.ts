import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Random } from '../../src/common/random.js';
import { encodeOaep, numbersOf, rawEncrypt } from '../../src/oracle/oaep.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const numbers = numbersOf(publicKey);
const random = new Random('oaep');

describe('RSA-OAEP by hand', () => {
  it.each([
    ['sha256', undefined, 32],
    ['sha1', undefined, 20],
    ['sha512', undefined, 64],
    ['sha256', 'a label', 32],
  ])('makes blocks that OpenSSL opens: %s, label %s', (oaepHash, label, seedBytes) => {
    for (const length of [0, 1, 32, 190 - 2 * (seedBytes - 32)]) {
      const message = random.bytes(length);
      const oaepLabel = label === undefined ? undefined : Buffer.from(label);
      const parts = {
        message,
        seed: random.bytes(seedBytes),
        hash: oaepHash,
        ...(oaepLabel && { label: oaepLabel }),
      };
      const block = rawEncrypt(encodeOaep(parts, numbers.k), numbers);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const options = { key: privateKey, padding, oaepHash, ...(oaepLabel && { oaepLabel }) };
      expect(privateDecrypt(options, block)).toEqual(message);
    }
  });
});
