import { describe, expect, it } from '@jest/globals';
import {
  CryptoKeySource,
  generateCryptoKeyPair,
  openEnvelope,
  sealEnvelope,
  SecurityError,
} from '../../src/index.js';
import { bytesIn } from '../support/bytes.js';

const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1) } as const;
const generate = (parameters: object, extractable = false): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ ...OAEP, modulusLength: 2048, ...parameters }, extractable, [
    'encrypt',
    'decrypt',
  ]);

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it was not rejected',
    (error: unknown) => error,
  );

describe('a pair of CryptoKeys', () => {
  it('opens what is sealed to it, and cannot be exported', async () => {
    const pair = await generateCryptoKeyPair(2048);
    const keys = await CryptoKeySource.fromKeyPair(pair);
    const text = new TextEncoder().encode('{"text":"é"}');
    const { plaintext } = await openEnvelope(await sealEnvelope(text, keys.publicKey), keys);
    expect(plaintext.use((bytes) => new TextDecoder().decode(bytes))).toBe('{"text":"é"}');
    for (const format of ['pkcs8', 'jwk'] as const) {
      expect(await rejection(crypto.subtle.exportKey(format, pair.privateKey))).toMatchObject({
        message: expect.stringMatching(/extractable/i),
      });
    }
    expect(JSON.stringify(keys)).toBe(JSON.stringify({ publicKey: keys.publicKey.fingerprint }));
  });

  it('gives one opaque error when unwrapping fails, and respects its signal', async () => {
    const keys = await CryptoKeySource.fromKeyPair(await generateCryptoKeyPair(2048));
    for (const block of [new Uint8Array(256), new Uint8Array(255), new Uint8Array(0)]) {
      expect(await rejection(keys.unwrap(block))).toMatchObject({ code: 'DECRYPTION_FAILED' });
    }
    let leadingZero: Uint8Array;
    do leadingZero = await keys.publicKey.wrap(new Uint8Array(32));
    while (leadingZero[0] !== 0);
    expect(bytesIn(await keys.unwrap(leadingZero))).toEqual(Buffer.alloc(32));
    expect(await rejection(keys.unwrap(leadingZero.subarray(1)))).toMatchObject({
      code: 'DECRYPTION_FAILED',
    });
    const reason = new Error('no longer wanted');
    expect(await rejection(keys.unwrap(new Uint8Array(256), AbortSignal.abort(reason)))).toBe(reason);
  });

  it('is refused after dispose()', async () => {
    const keys = await CryptoKeySource.fromKeyPair(await generateCryptoKeyPair(2048));
    keys.dispose();
    keys[Symbol.dispose]();
    expect(await rejection(keys.unwrap(new Uint8Array(256)))).toMatchObject({ code: 'DISPOSED' });
  });

  it.each<[string, () => Promise<CryptoKeyPair>]>([
    ['that can be exported', () => generate({}, true)],
    ['of 1024 bits', () => generate({ modulusLength: 1024 })],
    ['for another hash', () => generate({ hash: 'SHA-1' })],
    [
      'that sign',
      () =>
        crypto.subtle.generateKey({ ...OAEP, name: 'RSA-PSS', modulusLength: 2048 }, false, [
          'sign',
          'verify',
        ]),
    ],
    [
      'whose halves are strangers',
      async () => ({
        privateKey: (await generate({})).privateKey,
        publicKey: (await generate({})).publicKey,
      }),
    ],
  ])('%s is refused', async (_name, make) => {
    const error = await rejection(CryptoKeySource.fromKeyPair(await make()));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'INVALID_KEY' });
  });

  it('has one of three sizes', async () => {
    expect(await rejection(generateCryptoKeyPair(1024 as 2048))).toMatchObject({ argument: 'keySize' });
  });
});
