import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope, type RsaPrivateKey } from '../../src/index.js';
import { sealIndependently, wireBytes, type WireEnvelope } from '../independent.js';
import { securityCode } from '../support/errors.js';
import { withFlippedBit } from '../support/flips.js';
import { smallKey } from '../support/keys.js';

/** Ciphertext that is decrypted at once, and the length above which Node decrypts in another way. In bytes. */
const PIECE = 48 * 1024;
const MASKED = 1024 * 1024;

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await smallKey();
});

describe('openEnvelope', () => {
  for (const length of [0, 1, 15, 16, 17, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5, MASKED, MASKED + 1]) {
    it(`opens ${String(length)} bytes, and refuses them with one bit changed`, async () => {
      const plaintext = randomBytes(length);
      const wire = sealIndependently(plaintext, key.publicKey.pem);
      const { plaintext: opened } = await openEnvelope(wireBytes(wire), key);
      expect(opened.use((bytes) => plaintext.equals(bytes))).toBe(true);
      for (const changed of changedEnvelopes(wire, length)) {
        expect(await securityCode(() => openEnvelope(changed, key))).toBe('DECRYPTION_FAILED');
      }
    });
  }
});

/** One bit of the tag, and the first and the last of the ciphertext. */
function changedEnvelopes(wire: WireEnvelope, length: number): Uint8Array[] {
  const bits = length === 0 ? [] : [0, length * 8 - 1];
  return [withFlippedBit(wire, 'tag', 127), ...bits.map((bit) => withFlippedBit(wire, 'ciphertext', bit))];
}
