import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEnvelope, RsaPublicKey, sealEnvelope, SUITE, type RsaPrivateKey } from '../../src/index.js';
import { openIndependently, sealIndependently, wireBytes, type WireEnvelope } from '../independent.js';
import { caught, wrongArgument } from '../support/errors.js';
import { recipientPem, smallKey, smallPem } from '../support/keys.js';
import { keyVectors } from '../support/vectors.js';

/** Sizes at boundaries: of a base64 group, and of the pieces that go through the cipher. */
const PIECE = 48 * 1024;
const EDGES = [
  0,
  1,
  2,
  3,
  4,
  15,
  16,
  17,
  3071,
  3072,
  3073,
  PIECE - 3,
  PIECE - 2,
  PIECE - 1,
  PIECE,
  PIECE + 1,
  PIECE + 2,
  2 * PIECE,
  3 * PIECE + 5,
];

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await smallKey();
});

async function openOurs(envelope: Uint8Array): Promise<Buffer> {
  return (await openEnvelope(envelope, key)).plaintext.use((bytes) => Buffer.from(bytes));
}

describe('sealEnvelope', () => {
  it('writes the members of the protocol, and no others', async () => {
    const wire = JSON.parse(
      Buffer.from(await sealEnvelope(pattern(10), key.publicKey)).toString('utf8'),
    ) as WireEnvelope;
    const { encrypted_payload: payload, encrypted_aes_key: wrapped, ...rest } = wire;
    expect(rest).toEqual({
      version: '1.0',
      algorithm: 'hybrid-aes256-rsa4096',
      key_algorithm: 'RSA-OAEP-SHA256',
      payload_algorithm: 'AES-256-GCM',
    });
    expect(Object.keys(payload).sort()).toEqual(['ciphertext', 'nonce', 'tag']);
    const lengths = [payload.ciphertext, payload.nonce, payload.tag, wrapped].map(
      (text) => Buffer.from(text, 'base64').byteLength,
    );
    expect(lengths).toEqual([10, 12, 16, 256]);
  });

  it('writes compact JSON to the last byte', async () => {
    const envelope = Buffer.from(
      await sealEnvelope(pattern(1000), key.publicKey, { processedAt: 7 }),
    ).toString('utf8');
    expect(JSON.stringify(JSON.parse(envelope))).toBe(envelope);
    expect(envelope).toContain('"processed_at":7}');
  });

  it.each(EDGES)('is opened by both implementations at %d bytes', async (length) => {
    const plaintext = pattern(length);
    const envelope = await sealEnvelope(plaintext, key.publicKey);
    expect(openIndependently(envelope, smallPem).plaintext.equals(plaintext)).toBe(true);
    expect((await openOurs(envelope)).equals(plaintext)).toBe(true);
  });

  it.each(EDGES)('is opened by the other implementation at %d bytes', async (length) => {
    const plaintext = pattern(length);
    const envelope = wireBytes(sealIndependently(plaintext, key.publicKey.pem));
    expect((await openOurs(envelope)).equals(plaintext)).toBe(true);
  });

  it('round-trips random bytes of random length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 6000 }), async (plaintext) => {
        const envelope = await sealEnvelope(plaintext, key.publicKey);
        expect((await openOurs(envelope)).equals(plaintext)).toBe(true);
        expect(openIndependently(envelope, smallPem).plaintext.equals(plaintext)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('takes 10 MiB, the most a request may have', async () => {
    const plaintext = pattern(4096).subarray(0, 4096);
    const large = new Uint8Array(SUITE.maxPayloadBytes);
    for (let at = 0; at < large.byteLength; at += plaintext.byteLength) large.set(plaintext, at);
    expect((await openOurs(await sealEnvelope(large, key.publicKey))).equals(large)).toBe(true);
  });

  it('seals to the 4096-bit key of the service', async () => {
    const recipient = await RsaPublicKey.fromPem(keyVectors.recipient_public_key_pem);
    const { plaintext } = openIndependently(await sealEnvelope(pattern(100), recipient), recipientPem);
    expect(plaintext.equals(pattern(100))).toBe(true);
  });

  it('takes a fresh key and a fresh nonce for each of 200 envelopes', async () => {
    const envelopes = await Promise.all(
      Array.from({ length: 200 }, () => sealEnvelope(pattern(3), key.publicKey)),
    );
    const opened = envelopes.map((envelope) => openIndependently(envelope, smallPem));
    expect(new Set(opened.map(({ aesKey }) => aesKey.toString('hex'))).size).toBe(200);
    expect(new Set(opened.map(({ nonce }) => nonce.toString('hex'))).size).toBe(200);
    expect(opened.every(({ aesKey, nonce }) => aesKey.byteLength === 32 && nonce.byteLength === 12)).toBe(
      true,
    );
    for (const position of [0, 15, 31]) {
      expect(new Set(opened.map(({ aesKey }) => aesKey[position])).size).toBeGreaterThan(60);
    }
  });

  it("leaves the caller's plaintext unchanged", async () => {
    const plaintext = pattern(100);
    await sealEnvelope(plaintext, key.publicKey);
    expect(plaintext).toEqual(pattern(100));
  });

  it('takes a view into a larger buffer', async () => {
    const whole = pattern(200);
    const envelope = await sealEnvelope(whole.subarray(50, 150), key.publicKey);
    expect((await openOurs(envelope)).equals(whole.subarray(50, 150))).toBe(true);
  });

  it.each([undefined, null, 'text', {}, [1], new ArrayBuffer(3)])(
    'refuses the plaintext %p',
    async (plaintext) => {
      expect(await wrongArgument(() => sealEnvelope(plaintext as Uint8Array, key.publicKey))).toBe(
        'plaintext',
      );
    },
  );

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7', null])(
    'refuses processedAt: %p',
    async (processedAt) => {
      const options = { processedAt: processedAt as number };
      expect(await wrongArgument(() => sealEnvelope(pattern(1), key.publicKey, options))).toBe('processedAt');
    },
  );
});

/** The AES key at the seam to the recipient: a key of another make, such as a KMS of the router's, sees it there. */
function spying(recipient: RsaPublicKey, seen: Uint8Array[], fails = false): RsaPublicKey {
  return new Proxy(recipient, {
    get(target, name) {
      if (name !== 'wrap') return Reflect.get(target, name, target) as unknown;
      return async (aesKey: Uint8Array<ArrayBuffer>) => {
        expect(aesKey.some((byte) => byte !== 0)).toBe(true);
        seen.push(aesKey);
        if (fails) throw new RangeError('mine');
        return target.wrap(aesKey);
      };
    },
  });
}

describe('the AES key', () => {
  it('is zeros once the envelope is sealed', async () => {
    const seen: Uint8Array[] = [];
    const envelope = await sealEnvelope(pattern(50), spying(key.publicKey, seen));
    expect((await openOurs(envelope)).equals(pattern(50))).toBe(true);
    expect(seen.map((bytes) => [bytes.byteLength, bytes.every((byte) => byte === 0)])).toEqual([[32, true]]);
  });

  it('is zeros when sealing fails, and the error is passed on', async () => {
    const seen: Uint8Array[] = [];
    const error = await caught(() => sealEnvelope(pattern(50), spying(key.publicKey, seen, true)));
    expect(error).toEqual(new RangeError('mine'));
    expect(seen[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it('shares its buffer with the nonce and with nothing else', async () => {
    const seen: Uint8Array[] = [];
    await sealEnvelope(pattern(50), spying(key.publicKey, seen), { secure: false });
    expect(seen[0]?.byteOffset).toBe(0);
    expect(seen[0]?.buffer.byteLength).toBe(32 + 12);
    expect(seen[0]?.some((byte) => byte !== 0)).toBe(true);
  });
});
