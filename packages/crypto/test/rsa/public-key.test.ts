import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodePem, encodePem, PEM_LABEL, RsaPublicKey } from '../../src/index.js';
import { securityCode } from '../support/errors.js';
import { smallPem } from '../support/keys.js';
import { spkiOf } from '../support/numbers.js';
import { keyFile, keyVectors } from '../support/vectors.js';

const spkiOfPem = (pem: string | Buffer): Buffer =>
  createPublicKey(pem).export({ type: 'spki', format: 'der' });
const modulus = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n;
const importing = (n: bigint, e = 65_537n) => securityCode(() => RsaPublicKey.fromSpki(spkiOf(n, e)));

describe('RsaPublicKey', () => {
  it('has the fingerprint of the vectors (RFC 7469 §2.4)', async () => {
    const key = await RsaPublicKey.fromPem(keyVectors.recipient_public_key_pem);
    expect(key.fingerprint).toBe(`sha256/${keyVectors.recipient_spki_sha256_base64}`);
    expect([key.modulusLength, key.modulusBytes]).toEqual([4096, 512]);
  });

  it('gives the same PEM as node:crypto, from text, bytes and DER', async () => {
    const spki = spkiOfPem(smallPem);
    const expected = createPublicKey(smallPem).export({ type: 'spki', format: 'pem' });
    const fingerprint = `sha256/${createHash('sha256').update(spki).digest('base64')}`;
    const keys = [
      await RsaPublicKey.fromPem(expected.toString()),
      await RsaPublicKey.fromPem(Buffer.from(expected)),
      await RsaPublicKey.fromPem(`junk\r\n${expected.toString().replaceAll('\n', '\r\n')}`),
      await RsaPublicKey.fromSpki(spki),
    ];
    for (const key of keys) expect([key.pem, key.fingerprint]).toEqual([expected, fingerprint]);
  });

  it('is independent of the bytes it was made of', async () => {
    const spki = Uint8Array.from(spkiOfPem(smallPem));
    const making = RsaPublicKey.fromSpki(spki);
    spki.fill(0);
    expect((await making).pem).toBe(createPublicKey(smallPem).export({ type: 'spki', format: 'pem' }));
  });

  it('shows only public facts', async () => {
    const key = await RsaPublicKey.fromSpki(spkiOfPem(smallPem));
    expect(Object.keys(key).sort()).toEqual(['fingerprint', 'modulusBytes', 'modulusLength', 'pem']);
  });

  it.each([2048, 2049, 2055, 3072, 8192, 16_384])('takes a modulus of %d bits', async (bits) => {
    const key = await RsaPublicKey.fromSpki(spkiOf(modulus(bits), 65_537n));
    expect([key.modulusLength, key.modulusBytes]).toEqual([bits, Math.ceil(bits / 8)]);
  });

  it.each([
    ['fewer than 2048 bits', modulus(2047)],
    ['1024 bits', modulus(1024)],
    ['more than 16384 bits', modulus(16_385)],
    ['a modulus of 0', 0n],
    ['an even modulus', modulus(2048) + 1n],
  ])('refuses %s', async (_, n) => {
    expect(await importing(n)).toBe('INVALID_KEY');
  });

  it.each([
    ['0', 0n],
    ['1', 1n],
    ['3', 3n],
    ['65535', 65_535n],
    ['an even one', 65_538n],
    ['one of more than 256 bits', (1n << 256n) + 1n],
  ])('refuses the exponent %s (NIST SP 800-56B §6.2)', async (_, e) => {
    expect(await importing(modulus(2048), e)).toBe('INVALID_KEY');
  });

  it('refuses anything but the SPKI of an RSA key', async () => {
    const spki = spkiOfPem(smallPem);
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
    const bad = {
      nothing: new Uint8Array(0),
      ec: spkiOfPem(keyFile('ec.pem')),
      pss: pss.export({ type: 'spki', format: 'der' }),
      cut: spki.subarray(0, -1),
      trailing: Buffer.concat([spki, Buffer.of(0)]),
      random: Uint8Array.from({ length: 300 }, (_, i) => i & 255),
    };
    for (const [name, der] of Object.entries(bad)) {
      expect([name, await securityCode(() => RsaPublicKey.fromSpki(der))]).toEqual([name, 'INVALID_KEY']);
    }
  });

  it('refuses every single byte of its DER structure changed, or gives another key', async () => {
    const spki = spkiOfPem(smallPem);
    const { fingerprint } = await RsaPublicKey.fromSpki(spki);
    for (let at = 0; at < 34; at += 1) {
      const damaged = Uint8Array.from(spki);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      const outcome = await RsaPublicKey.fromSpki(damaged).then(
        (key) => key.fingerprint,
        (error: unknown) => (error as { code: string }).code,
      );
      expect([at, outcome === fingerprint]).toEqual([at, false]);
    }
  });

  it.each(['PRIVATE KEY', 'RSA PUBLIC KEY', 'CERTIFICATE'])(
    'refuses a PEM block that says %s',
    async (label) => {
      const pem = encodePem(label, spkiOfPem(smallPem));
      expect(await securityCode(() => RsaPublicKey.fromPem(pem))).toBe('INVALID_KEY');
      expect(decodePem(pem).label).not.toBe(PEM_LABEL.publicKey);
    },
  );
});
