import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope, RsaPrivateKey, SecurityError } from '@nomyo/crypto';
import { Random } from '../../src/common/random.js';
import { gcmCases } from '../../src/oracle/gcm-cases.js';
import { encodeOaep, numbersOf, rawEncrypt } from '../../src/oracle/oaep.js';
import { oaepCases } from '../../src/oracle/oaep-cases.js';
import { sealGcm } from '../../src/oracle/gcm.js';
import { writeEnvelope } from '../../src/oracle/envelope.js';

/** Opening it, as one word and what was inside. */
async function verdictOn(
  envelope: Uint8Array,
  keys: RsaPrivateKey,
): Promise<readonly [string, Buffer | undefined]> {
  try {
    const { plaintext } = await openEnvelope(envelope, keys);
    return ['opens', plaintext.use((bytes) => Buffer.from(bytes))];
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    return [error.code, undefined];
  }
}

const random = new Random('cases');
const bytes = (length: number): Uint8Array => random.bytes(length);

/** A modulus whose length is no multiple of 8 has blocks with spare bits at their start. */
describe.each([2048, 2050, 3072])('a wrapped key for %i bits', (modulusLength) => {
  const PLAINTEXT = Buffer.from('{"object":"chat.completion"}');
  const aesKey = bytes(32);
  const nonce = bytes(12);
  let publicKey: KeyObject;
  let keys: RsaPrivateKey;
  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    publicKey = createPublicKey(privateKey);
    keys = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
  });

  it('is judged as RFC 8017 and the protocol require, in every case', async () => {
    const cases = oaepCases(publicKey, aesKey, bytes);
    expect(cases.length).toBeGreaterThan(45);
    const sealed = sealGcm({ key: aesKey, nonce, plaintext: PLAINTEXT });
    const verdicts: unknown[] = [];
    for (const { name, wrappedKey } of cases) {
      verdicts.push([name, ...(await verdictOn(writeEnvelope({ ...sealed, nonce, wrappedKey }), keys))]);
    }
    expect(verdicts).toEqual(
      cases.map(({ name, verdict }) => [name, verdict, verdict === 'opens' ? PLAINTEXT : undefined]),
    );
  });
});

describe('a payload', () => {
  it('is judged as SP 800-38D and the protocol require, in every case', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
    const numbers = numbersOf(publicKey);
    const cases = gcmCases(bytes);
    expect(cases.length).toBeGreaterThan(200);
    const verdicts: unknown[] = [];
    for (const { name, key, ...sealed } of cases) {
      const wrappedKey = rawEncrypt(encodeOaep({ message: key, seed: bytes(32) }, numbers.k), numbers);
      verdicts.push([name, ...(await verdictOn(writeEnvelope({ ...sealed, wrappedKey }), keys))]);
    }
    expect(verdicts).toEqual(
      cases.map(({ name, verdict, plaintext }) => [
        name,
        verdict,
        verdict === 'opens' ? Buffer.from(plaintext) : undefined,
      ]),
    );
  });
});
