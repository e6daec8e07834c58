/** DER of RSA keys from their numbers, as BigInt: for keys that no library would make. */
import { DER_TAG, derEncode, derOid, derSmallUnsigned } from '../../src/der.js';

function integer(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const padded = hex.length % 2 === 0 ? hex : `0${hex}`;
  const sign = Number.parseInt(padded.slice(0, 2), 16) > 0x7f ? '00' : '';
  return derEncode(DER_TAG.integer, Buffer.from(sign + padded, 'hex'));
}

const rsaAlgorithm = (): Uint8Array =>
  derEncode(DER_TAG.sequence, derOid('2a864886f70d010101'), derEncode(DER_TAG.null));

export function spkiOf(n: bigint, e: bigint): Uint8Array {
  const pair = derEncode(DER_TAG.sequence, integer(n), integer(e));
  return derEncode(DER_TAG.sequence, rsaAlgorithm(), derEncode(DER_TAG.bitString, Uint8Array.of(0), pair));
}

export function pkcs8Of(numbers: readonly bigint[], version = 0): Uint8Array {
  const pkcs1 = derEncode(DER_TAG.sequence, integer(0n), ...numbers.map(integer));
  return derEncode(
    DER_TAG.sequence,
    derSmallUnsigned(version),
    rsaAlgorithm(),
    derEncode(DER_TAG.octetString, pkcs1),
  );
}

export function inverse(a: bigint, modulus: bigint): bigint {
  let [r, next, x, nextX] = [modulus, ((a % modulus) + modulus) % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [x, nextX] = [nextX, x - quotient * nextX];
  }
  if (r !== 1n) throw new RangeError('no inverse');
  return ((x % modulus) + modulus) % modulus;
}
