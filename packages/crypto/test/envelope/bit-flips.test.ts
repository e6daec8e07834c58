import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope, type KeySource, type RsaPrivateKey } from '../../src/index.js';
import type { WireEnvelope } from '../independent.js';
import { bytesIn } from '../support/bytes.js';
import { securityCode } from '../support/errors.js';
import { readMember, withFlippedBit, type BinaryMember } from '../support/flips.js';
import { recipientKey } from '../support/keys.js';
import { goodCases } from '../support/vectors.js';

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await recipientKey();
});

/**
 * The private key, which unwraps each different block once: the wrapped key is the same in all these envelopes, and
 * one RSA operation a bit would only be slower.
 */
function remembering(source: RsaPrivateKey): KeySource {
  const known = new Map<string, Uint8Array>();
  return {
    publicKey: source.publicKey,
    unwrap: async (wrapped) => {
      const name = Buffer.from(wrapped).toString('base64');
      const bytes = known.get(name) ?? bytesIn(await source.unwrap(wrapped));
      known.set(name, bytes.slice());
      return bytes.slice();
    },
  };
}

describe.each(goodCases)('$name', ({ envelope }) => {
  const wire = JSON.parse(envelope) as WireEnvelope;

  it.each<[BinaryMember, number]>([
    ['tag', 128],
    ['nonce', 96],
  ])('is refused with any single bit of its %s flipped: all %d', async (member, bits) => {
    expect(readMember(wire, member).byteLength * 8).toBe(bits);
    const keys = remembering(key);
    for (let bit = 0; bit < bits; bit += 1) {
      const code = await securityCode(() => openEnvelope(withFlippedBit(wire, member, bit), keys));
      expect([bit, code]).toEqual([bit, 'DECRYPTION_FAILED']);
    }
  });
});
