import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodePayload, openEnvelope, type KeySource, type RsaPrivateKey } from '../../src/index.js';
import { securityCode } from '../support/errors.js';
import { recipientKey } from '../support/keys.js';
import { envelopeCases, goodCases } from '../support/vectors.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Envelopes that open, but hold no JSON object. */
const INVALID_PLAINTEXT = [
  'plaintext is not JSON',
  'plaintext is not UTF-8',
  'plaintext is a JSON array',
  'plaintext is empty',
];

/** Well-formed envelopes: only the key or the tag can tell. The rest are refused before a key is used. */
const DECRYPTION_FAILED = [
  'ciphertext: one bit flipped',
  'tag: one bit flipped',
  'nonce: one bit flipped',
  'wrapped key: one bit flipped',
  'ciphertext truncated by one byte',
  'AES-128 key, otherwise consistent',
  'key wrapped with OAEP-SHA1',
  'key wrapped with PKCS#1 v1.5',
  'sealed to another key',
  'AAD used by the sender',
];

function expectedCode(name: string): string {
  if (INVALID_PLAINTEXT.includes(name)) return 'INVALID_PLAINTEXT';
  return DECRYPTION_FAILED.includes(name) ? 'DECRYPTION_FAILED' : 'INVALID_ENVELOPE';
}

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await recipientKey();
});

describe('the vectors', () => {
  it('number 59: 7 that open and 52 that are refused', () => {
    expect([envelopeCases.length, goodCases.length]).toEqual([59, 7]);
    const names = new Set(envelopeCases.map(({ name }) => name));
    for (const name of [...INVALID_PLAINTEXT, ...DECRYPTION_FAILED]) {
      expect([name, names.has(name)]).toEqual([name, true]);
    }
  });

  it.each(goodCases)('opens byte for byte: $name', async ({ envelope, plaintext_utf8: expected = '' }) => {
    const { plaintext } = await openEnvelope(bytes(envelope), key);
    expect(plaintext.borrow((opened) => Buffer.from(opened).toString('utf8'))).toBe(expected);
    expect(decodePayload(plaintext)).toEqual(JSON.parse(expected));
    expect(plaintext.disposed).toBe(true);
  });

  it.each(envelopeCases.filter(({ expect: outcome }) => outcome === 'refuse'))(
    'refuses: $name',
    async ({ name, envelope }) => {
      let unwraps = 0;
      const counting: KeySource = {
        publicKey: key.publicKey,
        unwrap: async (wrapped) => {
          unwraps += 1;
          return key.unwrap(wrapped);
        },
      };
      const code = await securityCode(async () =>
        decodePayload((await openEnvelope(bytes(envelope), counting)).plaintext),
      );
      expect(code).toBe(expectedCode(name));
      expect(unwraps).toBe(code === 'INVALID_ENVELOPE' ? 0 : 1);
    },
  );
});
