/**
 * Tests a private key on both paths that RSA decryption has (RFC 8017 §5.1.2): with `d`, and with the five numbers of the
 * Chinese remainder theorem. A round trip alone does not: OpenSSL takes the second path, checks the result, and if it is
 * wrong decrypts again with `d`. So each path is tested while a number of the other is spoiled, in a copy that is wiped.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { concatBytes } from '@nomyo/base';
import { DER_TAG, DerReader, readSmallUnsigned } from '@nomyo/crypto/der';

/**
 * Whether the key decrypts on both paths.
 *
 * @param pkcs8 DER of an RSA private key; it is not changed
 */
export function worksBothWays(pkcs8: Uint8Array): boolean {
  const copy = concatBytes(pkcs8);
  try {
    const { d, p } = spoilable(copy);
    return [d, p].every((number) => worksWithout(copy, number));
  } finally {
    copy.fill(0);
  }
}

/** Reports whether the key decrypts although this number is wrong. */
function worksWithout(copy: Uint8Array<ArrayBuffer>, number: Uint8Array): boolean {
  const last = number.byteLength - 1;
  const flip = (): void => {
    // The number stays odd, so that only its value is wrong.
    number[last] = (number[last] ?? 0) ^ 2;
  };
  flip();
  try {
    return roundTrips(importKey(copy));
  } finally {
    flip();
  }
}

function importKey(der: Uint8Array<ArrayBuffer>): KeyObject | undefined {
  const key = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    // BoringSSL, as in Electron, checks the numbers itself, and has already done so for the unspoiled key.
    return undefined;
  }
}

function roundTrips(key: KeyObject | undefined): boolean {
  if (key === undefined) return true;
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
  const message = randomBytes(32);
  const sealed = publicEncrypt({ key: createPublicKey(key), ...oaep }, message);
  try {
    return privateDecrypt({ key, ...oaep }, sealed).equals(message);
  } catch {
    return false;
  }
}

/** Views of the private exponent and of the first prime (RFC 8017 appendix A.1.2). */
function spoilable(pkcs8: Uint8Array): { readonly d: Uint8Array; readonly p: Uint8Array } {
  const info = new DerReader(pkcs8).sequence();
  readSmallUnsigned(info);
  info.sequence();
  const numbers = new DerReader(info.read(DER_TAG.octetString)).sequence();
  readSmallUnsigned(numbers);
  const [, , d, p] = [
    numbers.unsigned(),
    numbers.unsigned(),
    numbers.unsigned(),
    numbers.unsigned(),
  ] as const;
  return { d, p };
}
