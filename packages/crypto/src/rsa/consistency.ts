/**
 * Whether the numbers of an RSA private key belong together (NIST SP 800-56B §6.4.1.2).
 *
 * OpenSSL imports a damaged key without a word, and may even go on working with the numbers that are left; a
 * damaged file must fail when it is loaded, not at the first answer. The arithmetic runs on arrays of 16-bit limbs,
 * least first, outside the JavaScript heap, and all of them are wiped: a BigInt cannot be.
 */
import { wipe } from '../bytes.js';
import { SecurityError } from '../errors.js';
import type { RsaPrivateNumbers } from './pkcs8.js';

type Limbs = Uint32Array<ArrayBuffer>;

const LIMB_BITS = 16;
const LIMB_MASK = 0xffff;

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
  const d = arena.fromBytes(key.d);
  const p = arena.fromBytes(key.p);
  const q = arena.fromBytes(key.q);
  if (!isOdd(p) || !isOdd(q) || isOne(p) || isOne(q)) return false;
  const p1 = arena.minusOne(p);
  const q1 = arena.minusOne(q);
  const ed = arena.multiply(arena.fromBytes(key.e), d);
  return (
    areEqual(arena.multiply(p, q), arena.fromBytes(key.n)) &&
    isOne(arena.remainder(ed, p1)) &&
    isOne(arena.remainder(ed, q1)) &&
    areEqual(arena.remainder(d, p1), arena.fromBytes(key.dp)) &&
    areEqual(arena.remainder(d, q1), arena.fromBytes(key.dq)) &&
    isOne(arena.remainder(arena.multiply(arena.fromBytes(key.qInv), q), p))
  );
}

/** Numbers that are wiped together. */
class Arena {
  readonly #numbers: Limbs[] = [];

  fromBytes(bytes: Uint8Array): Limbs {
    const limbs = this.#zero(Math.ceil(bytes.byteLength / 2));
    for (let i = 0; i < bytes.byteLength; i += 1) {
      const fromEnd = bytes.byteLength - 1 - i;
      limbs[fromEnd >> 1] = at(limbs, fromEnd >> 1) | ((bytes[i] ?? 0) << (fromEnd % 2 === 0 ? 0 : 8));
    }
    return limbs;
  }

  minusOne(odd: Limbs): Limbs {
    const limbs = this.#zero(odd.length);
    limbs.set(odd);
    limbs[0] = at(odd, 0) - 1;
    return limbs;
  }

  multiply(a: Limbs, b: Limbs): Limbs {
    const product = this.#zero(a.length + b.length);
    for (let i = 0; i < a.length; i += 1) {
      let carry = 0;
      for (let k = 0; k < b.length; k += 1) {
        const sum = at(product, i + k) + at(a, i) * at(b, k) + carry;
        product[i + k] = sum & LIMB_MASK;
        carry = Math.floor(sum / 0x10000);
      }
      product[i + b.length] = carry;
    }
    return product;
  }

  /** By shift and subtract: slow and plain; a key is loaded once. */
  remainder(dividend: Limbs, divisor: Limbs): Limbs {
    const rest = this.#zero(divisor.length + 1);
    for (let bit = dividend.length * LIMB_BITS - 1; bit >= 0; bit -= 1) {
      shiftIn(rest, (at(dividend, bit >> 4) >> (bit & 15)) & 1);
      if (compare(rest, divisor) >= 0) subtract(rest, divisor);
    }
    return rest;
  }

  wipe(): void {
    for (const limbs of this.#numbers) wipe(new Uint8Array(limbs.buffer));
  }

  #zero(length: number): Limbs {
    const limbs = new Uint32Array(new ArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
    this.#numbers.push(limbs);
    return limbs;
  }
}

function at(limbs: Limbs, index: number): number {
  return limbs[index] ?? 0;
}

function isOdd(limbs: Limbs): boolean {
  return at(limbs, 0) % 2 === 1;
}

function isOne(limbs: Limbs): boolean {
  return at(limbs, 0) === 1 && limbs.every((limb, i) => i === 0 || limb === 0);
}

function areEqual(a: Limbs, b: Limbs): boolean {
  return compare(a, b) === 0;
}

function compare(a: Limbs, b: Limbs): number {
  for (let i = Math.max(a.length, b.length) - 1; i >= 0; i -= 1) {
    if (at(a, i) !== at(b, i)) return at(a, i) - at(b, i);
  }
  return 0;
}

function shiftIn(limbs: Limbs, bit: number): void {
  let carry = bit;
  for (let i = 0; i < limbs.length; i += 1) {
    const shifted = (at(limbs, i) << 1) | carry;
    limbs[i] = shifted & LIMB_MASK;
    carry = shifted >> LIMB_BITS;
  }
}

function subtract(a: Limbs, b: Limbs): void {
  let borrow = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = at(a, i) - at(b, i) - borrow;
    a[i] = difference & LIMB_MASK;
    borrow = difference < 0 ? 1 : 0;
  }
}
