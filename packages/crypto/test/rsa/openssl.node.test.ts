import { describe, expect, it } from '@jest/globals';
import { decodePem, encodePem, generatePkcs8, PEM_LABEL, RsaPrivateKey } from '../../src/index.js';
import { smallPem } from '../support/keys.js';
import { bytesIn } from '../support/bytes.js';
import { openssl, whyNoOpenssl } from '../support/openssl.js';

const OAEP = [
  '-pkeyopt',
  'rsa_padding_mode:oaep',
  '-pkeyopt',
  'rsa_oaep_md:sha256',
  '-pkeyopt',
  'rsa_mgf1_md:sha256',
];
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

const suite = whyNoOpenssl === undefined ? describe : describe.skip;

suite(`against openssl${whyNoOpenssl === undefined ? '' : ` (skipped: ${whyNoOpenssl})`}`, () => {
  it.each([2048, 3072, 4096] as const)(
    'a key of %d bits that we made: openssl finds it sound, OAEP works both ways',
    async (bits) => {
      const pkcs8 = await generatePkcs8(bits);
      const pem = pkcs8.borrow((der) => encodePem(PEM_LABEL.privateKey, der));
      const key = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
      const files = { 'private.pem': pem, 'public.pem': key.publicKey.pem };
      expect(openssl(['pkey', '-in', 'private.pem', '-check', '-noout'], files).toString()).toContain(
        'Key is valid',
      );
      expect(openssl(['pkey', '-in', 'private.pem', '-pubout'], files).toString()).toBe(key.publicKey.pem);

      const theirs = openssl(
        ['pkeyutl', '-encrypt', '-pubin', '-inkey', 'public.pem', ...OAEP],
        files,
        SECRET,
      );
      expect(bytesIn(await key.unwrap(theirs)).equals(SECRET)).toBe(true);
      const ours = await key.publicKey.wrap(Uint8Array.from(SECRET));
      expect(
        openssl(['pkeyutl', '-decrypt', '-inkey', 'private.pem', ...OAEP], files, ours).equals(SECRET),
      ).toBe(true);
    },
  );

  it('a key that openssl made', async () => {
    const pem = openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']);
    const key = await RsaPrivateKey.fromPkcs8(decodePem(pem).der);
    expect(openssl(['pkey', '-in', 'k.pem', '-pubout'], { 'k.pem': pem }).toString()).toBe(key.publicKey.pem);
  });

  it('the fingerprint matches the usual command line (RFC 7469, appendix A)', async () => {
    const key = await RsaPrivateKey.fromPkcs8(decodePem(smallPem).der);
    const spki = openssl(['pkey', '-in', 'k.pem', '-pubout', '-outform', 'DER'], { 'k.pem': smallPem });
    const digest = openssl(['dgst', '-sha256', '-binary'], {}, spki);
    const base64 = openssl(['base64', '-A'], {}, digest).toString();
    expect(key.publicKey.fingerprint).toBe(`sha256/${base64}`);
  });

  it('openssl refuses our wrapped keys under another hash', async () => {
    const key = await RsaPrivateKey.fromPkcs8(decodePem(smallPem).der);
    const ours = await key.publicKey.wrap(Uint8Array.from(SECRET));
    const sha1 = OAEP.map((option) => option.replace('sha256', 'sha1'));
    expect(() =>
      openssl(['pkeyutl', '-decrypt', '-inkey', 'k.pem', ...sha1], { 'k.pem': smallPem }, ours),
    ).toThrow();
  });
});
