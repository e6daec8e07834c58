/**
 * Whether the numbers of an RSA private key belong together (NIST SP 800-56B §6.4.1.2).
 *
 * OpenSSL imports a damaged key without a word, and may even go on working with the numbers that are left; a
 * damaged file must fail when it is loaded, not at the first answer.
 */
import { SecurityError } from '@nomyo/base';
import { areEqual, Arena, isOne } from './limbs.js';
import type { RsaPrivateNumbers } from './pkcs8.js';

/**
 * The part of {@link checkConsistency} that takes no time. No number is longer than the modulus, and the factors are
 * odd, so whoever calculates with the numbers comes to an end.
 *
 * @throws {SecurityError} `INVALID_KEY`
 */
export function checkSizes(key: RsaPrivateNumbers): void {
  const isLong = Object.values(key).some((bytes: Uint8Array) => bytes.byteLength > key.n.byteLength);
  if (isLong || !isOddFactor(key.p) || !isOddFactor(key.q)) throw damaged();
}

/** @throws {SecurityError} `INVALID_KEY` when one number does not fit the others */
export function checkConsistency(key: RsaPrivateNumbers): void {
  checkSizes(key);
  const arena = new Arena();
  try {
    if (!isConsistent(key, arena)) throw damaged();
  } finally {
    arena.wipe();
  }
}

/** Odd, and not 1. */
function isOddFactor(magnitude: Uint8Array): boolean {
  const last = magnitude.at(-1) ?? 0;
  return last % 2 === 1 && (last !== 1 || magnitude.subarray(0, -1).some((byte) => byte !== 0));
}

function damaged(): SecurityError {
  return new SecurityError('INVALID_KEY', 'the private key is damaged: its numbers do not belong together');
}

function isConsistent(key: RsaPrivateNumbers, arena: Arena): boolean {
  const p = arena.fromBytes(key.p);
  const q = arena.fromBytes(key.q);
  const e = arena.fromBytes(key.e);
  const d = arena.fromBytes(key.d);
  const dp = arena.fromBytes(key.dp);
  const dq = arena.fromBytes(key.dq);
  const p1 = arena.minusOne(p);
  const q1 = arena.minusOne(q);
  return (
    areEqual(arena.multiply(p, q), arena.fromBytes(key.n)) &&
    areEqual(arena.remainder(d, p1), dp) &&
    areEqual(arena.remainder(d, q1), dq) &&
    // As e * d would be, since d is dp modulo p - 1: but this product is hardly longer than the divisor.
    isOne(arena.remainder(arena.multiply(e, dp), p1)) &&
    isOne(arena.remainder(arena.multiply(e, dq), q1)) &&
    isOne(arena.remainder(arena.multiply(arena.fromBytes(key.qInv), q), p))
  );
}
