/** The structures around an RSA key: PKCS#8 (RFC 5208 §5), PKCS#1 (RFC 8017 appendix A.1), SPKI (RFC 5280 §4.1). */
import { concatBytes, SecurityError, type Bytes } from '@nomyo/base';
import {
  DER_TAG,
  derEncode,
  derHeader,
  derOid,
  DerReader,
  derSmallUnsigned,
  readSmallUnsigned,
} from '../der.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';

/** rsaEncryption, 1.2.840.113549.1.1.1 */
const RSA_ENCRYPTION = '2a864886f70d010101';

/** A public key's numbers, big-endian, as views of the bytes they were read from. */
export interface RsaPublicNumbers {
  readonly n: Uint8Array;
  readonly e: Uint8Array;
}

/** A private key's numbers, big-endian, as views of the bytes they were read from. */
export interface RsaPrivateNumbers extends RsaPublicNumbers {
  readonly d: Uint8Array;
  readonly p: Uint8Array;
  readonly q: Uint8Array;
  readonly dp: Uint8Array;
  readonly dq: Uint8Array;
  readonly qInv: Uint8Array;
}

/** Reads the numbers of a PKCS#8 PrivateKeyInfo; attributes after the key are ignored. */
export function readPkcs8(der: Uint8Array): RsaPrivateNumbers {
  return readPkcs1(pkcs1In(der));
}

/**
 * The same key reduced to its essentials, version 0 without attributes, so that every library judges the same bytes.
 *
 * @param der a key that {@link readPkcs8} accepted
 */
export function plainPkcs8(der: Uint8Array, memory: SecureByteContextOptions): SecureByteContext {
  const pkcs1 = pkcs1In(der);
  const head = pkcs8Head(pkcs1.byteLength);
  const whole = SecureByteContext.allocate(head.byteLength + pkcs1.byteLength, memory);
  whole.borrow((bytes) => {
    bytes.set(head);
    bytes.set(pkcs1, head.byteLength);
  });
  return whole;
}

/** Versions of PKCS#8 (RFC 5208) and of OneAsymmetricKey (RFC 5958), which begin the same way. */
const VERSIONS = [0, 1];

function pkcs1In(der: Uint8Array): Uint8Array {
  const outer = new DerReader(der);
  const info = outer.sequence();
  outer.end();
  if (!VERSIONS.includes(readSmallUnsigned(info))) {
    throw new SecurityError('INVALID_KEY', 'the key has an unknown PKCS#8 version');
  }
  readRsaAlgorithm(info.sequence());
  return info.read(DER_TAG.octetString);
}

/** Reads the numbers of a two-prime PKCS#1 RSAPrivateKey. */
function readPkcs1(der: Uint8Array): RsaPrivateNumbers {
  const outer = new DerReader(der);
  const key = outer.sequence();
  outer.end();
  if (readSmallUnsigned(key) !== 0) {
    throw new SecurityError('INVALID_KEY', 'the key is not a two-prime RSA key');
  }
  const numbers = {
    n: key.unsigned(),
    e: key.unsigned(),
    d: key.unsigned(),
    p: key.unsigned(),
    q: key.unsigned(),
    dp: key.unsigned(),
    dq: key.unsigned(),
    qInv: key.unsigned(),
  };
  key.end();
  return numbers;
}

/**
 * Checks that no number is longer than the modulus, and that the factors are odd and not 1, so that calculations with
 * them terminate. The key's self-test shows whether the numbers belong together.
 *
 * @throws {SecurityError} `INVALID_KEY`
 */
export function checkSizes(key: RsaPrivateNumbers): void {
  const isLong = Object.values(key).some((bytes: Uint8Array) => bytes.byteLength > key.n.byteLength);
  if (!isLong && isOddFactor(key.p) && isOddFactor(key.q)) return;
  throw new SecurityError('INVALID_KEY', 'the private key is damaged');
}

function isOddFactor(magnitude: Uint8Array): boolean {
  const last = magnitude.at(-1) ?? 0;
  return last % 2 === 1 && (last !== 1 || magnitude.subarray(0, -1).some((byte) => byte !== 0));
}

/** Reads the numbers of a SubjectPublicKeyInfo. */
export function readSpki(der: Uint8Array): RsaPublicNumbers {
  const outer = new DerReader(der);
  const info = outer.sequence();
  outer.end();
  readRsaAlgorithm(info.sequence());
  const bits = info.read(DER_TAG.bitString);
  info.end();
  if (bits[0] !== 0) throw new SecurityError('INVALID_KEY', 'the key is not well-formed DER');
  const key = new DerReader(bits.subarray(1));
  const pair = key.sequence();
  key.end();
  const numbers = { n: pair.unsigned(), e: pair.unsigned() };
  pair.end();
  return numbers;
}

/** Wraps a PKCS#1 RSAPrivateKey in a PKCS#8 PrivateKeyInfo. The caller wipes it. */
export function pkcs8FromPkcs1(pkcs1: Uint8Array): Bytes {
  return concatBytes(pkcs8Head(pkcs1.byteLength), pkcs1);
}

/** The part of a PrivateKeyInfo before a PKCS#1 key of this length. */
function pkcs8Head(length: number): Bytes {
  const parts = concatBytes(derSmallUnsigned(0), rsaAlgorithm(), derHeader(DER_TAG.octetString, length));
  return concatBytes(derHeader(DER_TAG.sequence, parts.byteLength + length), parts);
}

/** A SubjectPublicKeyInfo. */
export function spkiFromNumbers({ n, e }: RsaPublicNumbers): Bytes {
  const pair = derEncode(DER_TAG.sequence, derUnsigned(n), derUnsigned(e));
  return derEncode(DER_TAG.sequence, rsaAlgorithm(), derEncode(DER_TAG.bitString, Uint8Array.of(0), pair));
}

/** Number of bits of a magnitude that has no leading zero bytes. */
export function bitLength(magnitude: Uint8Array): number {
  const [first = 0] = magnitude;
  return first === 0 ? 0 : magnitude.byteLength * 8 - (Math.clz32(first) - 24);
}

function rsaAlgorithm(): Bytes {
  return derEncode(DER_TAG.sequence, derOid(RSA_ENCRYPTION), derEncode(DER_TAG.null));
}

function readRsaAlgorithm(algorithm: DerReader): void {
  if (algorithm.oid() !== RSA_ENCRYPTION) throw new SecurityError('INVALID_KEY', 'the key is not an RSA key');
  // The parameters must be NULL (RFC 8017 appendix A.1).
  if (algorithm.read(DER_TAG.null).byteLength !== 0) {
    throw new SecurityError('INVALID_KEY', 'the key is damaged');
  }
  algorithm.end();
}

function derUnsigned(magnitude: Uint8Array): Bytes {
  const sign = (magnitude[0] ?? 0) > 0x7f ? Uint8Array.of(0) : new Uint8Array(0);
  return derEncode(DER_TAG.integer, sign, magnitude);
}
