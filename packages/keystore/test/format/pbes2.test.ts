import { describe, expect, it } from '@jest/globals';
import { DER_TAG, derEncode, derOid, derSmallUnsigned } from '@nomyo/crypto/der';
import { SecurityError } from '@nomyo/base';
import fc from 'fast-check';
import { readEncryptedKey, WRITTEN, writeEncryptedKey } from '../../src/format/pbes2.js';

const { sequence, octetString, null: nothing } = DER_TAG;
const SALT = new Uint8Array(16).fill(1);
const IV = new Uint8Array(16).fill(2);
const CIPHERTEXT = new Uint8Array(32).fill(3);

const OID = {
  pbes1: '2a864886f70d010503',
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  scrypt: '2b06010401da47040b',
  sha256: '2a864886f70d0209',
  md5: '2a864886f70d0206',
  aes256: '60864801650304012a',
  des3: '2a864886f70d0307',
} as const;

const seq = (...parts: Uint8Array[]): Uint8Array => derEncode(sequence, ...parts);
const salt = (length = 16): Uint8Array => derEncode(octetString, new Uint8Array(length));
const prf = (oid: string): Uint8Array => seq(derOid(oid), derEncode(nothing));
const pbkdf2 = (rounds: number, ...rest: Uint8Array[]): Uint8Array =>
  seq(derOid(OID.pbkdf2), seq(salt(), derSmallUnsigned(rounds), ...rest));
const scrypt = (cost: number, blockSize: number, parallelization: number): Uint8Array =>
  seq(derOid(OID.scrypt), seq(salt(), ...[cost, blockSize, parallelization].map(derSmallUnsigned)));
const aes = (iv = IV, oid: string = OID.aes256): Uint8Array => seq(derOid(oid), derEncode(octetString, iv));

const encrypted = (
  derivation: Uint8Array,
  cipher = aes(),
  scheme: string = OID.pbes2,
  body = CIPHERTEXT,
): Uint8Array => seq(seq(derOid(scheme), seq(derivation, cipher)), derEncode(octetString, body));

describe('an encrypted key', () => {
  it('comes back as it was written', () => {
    const read = readEncryptedKey(writeEncryptedKey({ salt: SALT, iv: IV, ciphertext: CIPHERTEXT }));
    expect(read).toMatchObject({
      derivation: { kind: 'pbkdf2', rounds: 600_000, digest: 'sha256' },
      cipher: { name: 'aes-256-cbc', keyBytes: 32 },
    });
    expect([read.derivation.salt, read.iv, read.ciphertext].map((bytes) => [...bytes])).toEqual(
      [SALT, IV, CIPHERTEXT].map((bytes) => [...bytes]),
    );
    expect(WRITTEN.saltBytes).toBe(16);
  });

  it('derives with SHA-1 when the file does not say otherwise (RFC 8018)', () => {
    expect(readEncryptedKey(encrypted(pbkdf2(2048))).derivation).toMatchObject({ digest: 'sha1' });
    const named = encrypted(pbkdf2(2048, derSmallUnsigned(32), prf(OID.sha256)));
    expect(readEncryptedKey(named).derivation).toMatchObject({ digest: 'sha256' });
  });

  it.each([
    ['PBES1', encrypted(pbkdf2(2048), aes(), OID.pbes1)],
    ['triple DES', encrypted(pbkdf2(2048), aes(IV.subarray(8), OID.des3))],
    ['HMAC-MD5', encrypted(pbkdf2(2048, prf(OID.md5)))],
    ['no rounds', encrypted(pbkdf2(0))],
    ['a day of rounds', encrypted(pbkdf2(10_000_001))],
    ['the most rounds there are', encrypted(pbkdf2(2 ** 32 - 1))],
    ['a key of another length', encrypted(pbkdf2(2048, derSmallUnsigned(16)))],
    ['a huge salt', encrypted(seq(derOid(OID.pbkdf2), seq(salt(1025), derSmallUnsigned(2048))))],
    ['a short initialization vector', encrypted(pbkdf2(2048), aes(IV.subarray(1)))],
    ['no ciphertext', encrypted(pbkdf2(2048), aes(), OID.pbes2, new Uint8Array(0))],
    ['half a block', encrypted(pbkdf2(2048), aes(), OID.pbes2, new Uint8Array(24))],
    ['scrypt with more than 256 MiB', encrypted(scrypt(2 ** 19, 8, 1))],
    ['scrypt with all the memory there is', encrypted(scrypt(2 ** 31, 2 ** 31, 1))],
    ['scrypt with too much work', encrypted(scrypt(2 ** 18, 8, 5))],
    ['scrypt with a cost of 1', encrypted(scrypt(1, 8, 1))],
    ['scrypt with a cost that is no power of two', encrypted(scrypt(1_000, 8, 1))],
    ['scrypt without blocks', encrypted(scrypt(1_024, 0, 1))],
    ['scrypt without lanes', encrypted(scrypt(1_024, 8, 0))],
    ['another derivation', encrypted(seq(derOid(OID.sha256), seq(salt())))],
    ['something behind it', Uint8Array.from([...encrypted(pbkdf2(2048)), 0])],
  ])('is refused before any work is done: %s', (_name, der) => {
    expect(() => readEncryptedKey(der)).toThrow(SecurityError);
  });

  it('of random bytes, or with a byte changed, is either read or refused', () => {
    const good = writeEncryptedKey({ salt: SALT, iv: IV, ciphertext: CIPHERTEXT });
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => good.with(at, byte));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (der) => {
        try {
          readEncryptedKey(der);
        } catch (error) {
          expect(error).toBeInstanceOf(SecurityError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
