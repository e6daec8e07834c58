/**
 * Whether the numbers of an RSA private key belong together (NIST SP 800-56B §6.4.1.2).
 *
 * OpenSSL imports a damaged key without a word, and may even go on working with the numbers that are left; a
 * damaged file must fail when it is loaded, not at the first answer.
 */
import { SecurityError } from '../errors.js';
import { areEqual, Arena, isOdd, isOne } from './limbs.js';
import type { RsaPrivateNumbers } from './pkcs8.js';

/** @throws {SecurityError} `INVALID_KEY` when one number does not fit the others */
export function checkConsistency(key: RsaPrivateNumbers): void {
  const arena = new Arena();
  try {
    if (!isConsistent(key, arena)) {
      throw new SecurityError(
        'INVALID_KEY',
        'the private key is damaged: its numbers do not belong together',
      );
    }
  } finally {
    arena.wipe();
  }
}

function isConsistent(key: RsaPrivateNumbers, arena: Arena): boolean {
  // Every one is smaller than the modulus, which also bounds the work that a key can cause.
  if (Object.values(key).some((bytes: Uint8Array) => bytes.byteLength > key.n.byteLength)) return false;
  const p = arena.fromBytes(key.p);
  const q = arena.fromBytes(key.q);
  if (!isOdd(p) || !isOdd(q) || isOne(p) || isOne(q)) return false;
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
