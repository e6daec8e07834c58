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

/** More than the addon opens, in bytes. */
const LARGE = 8 * 1024 * 1024 + 1;

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

describe('openEnvelope with consume', () => {
  const options = { consume: true };

  for (const length of [0, 1, PIECE + 1, MASKED + 1, LARGE]) {
    it(`opens ${String(length)} bytes, and leaves none of them when one bit is changed`, async () => {
      const plaintext = randomBytes(length);
      const wire = sealIndependently(plaintext, key.publicKey.pem);
      const envelope = wireBytes(wire);
      const { plaintext: opened } = await openEnvelope(envelope, key, options);
      expect(opened.use((bytes) => plaintext.equals(bytes))).toBe(true);
      expect(holdsStartOf(envelope, plaintext)).toBe(false);
      for (const changed of changedEnvelopes(wire, length)) {
        expect(await securityCode(() => openEnvelope(changed, key, options))).toBe('DECRYPTION_FAILED');
        expect(holdsStartOf(changed, plaintext)).toBe(false);
      }
    });
  }

  it('leaves the envelope unchanged unless it may consume it', async () => {
    const envelope = wireBytes(sealIndependently(randomBytes(LARGE), key.publicKey.pem));
    const before = Buffer.from(envelope);
    (await openEnvelope(envelope, key)).plaintext.dispose();
    expect(before.equals(envelope)).toBe(true);
  });
});

/** Whether the first bytes of a plaintext, too many to be there by chance, are in memory. */
function holdsStartOf(memory: Uint8Array, plaintext: Buffer): boolean {
  return plaintext.length >= 16 && Buffer.from(memory).includes(plaintext.subarray(0, 16));
}

/** One bit of the tag, and the first and the last of the ciphertext. */
function changedEnvelopes(wire: WireEnvelope, length: number): Uint8Array[] {
  const bits = length === 0 ? [] : [0, length * 8 - 1];
  return [withFlippedBit(wire, 'tag', 127), ...bits.map((bit) => withFlippedBit(wire, 'ciphertext', bit))];
}
