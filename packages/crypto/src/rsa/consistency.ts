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
const LIMB = 2 ** LIMB_BITS;
const LIMB_MASK = LIMB - 1;

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
      const factor = at(a, i);
      let carry = 0;
      for (let k = 0; k < b.length; k += 1) {
        const sum = (product[i + k] ?? 0) + factor * (b[k] ?? 0) + carry;
        product[i + k] = sum & LIMB_MASK;
        carry = sum >>> LIMB_BITS;
      }
      product[i + b.length] = carry;
    }
    return product;
  }

  /** Long division, limb by limb (Knuth, TAOCP volume 2, §4.3.1, algorithm D). The divisor is above 1. */
  remainder(dividend: Limbs, divisor: Limbs): Limbs {
    const length = significantLimbs(divisor);
    const shift = LIMB_BITS - bitLength16(at(divisor, length - 1));
    const v = this.#shiftedLeft(divisor, shift, length);
    const u = this.#shiftedLeft(dividend, shift, dividend.length + 1);
    for (let i = u.length - length - 1; i >= 0; i -= 1) reduce(u, v, i);
    shiftRight(u, shift);
    return u.subarray(0, length);
  }

  wipe(): void {
    for (const limbs of this.#numbers) wipe(new Uint8Array(limbs.buffer));
  }

  #shiftedLeft(limbs: Limbs, shift: number, length: number): Limbs {
    const shifted = this.#zero(length);
    let carry = 0;
    for (let i = 0; i < length; i += 1) {
      const wide = at(limbs, i) * 2 ** shift + carry;
      shifted[i] = wide & LIMB_MASK;
      carry = Math.floor(wide / LIMB);
    }
    return shifted;
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

function significantLimbs(limbs: Limbs): number {
  let length = limbs.length;
  while (length > 1 && limbs[length - 1] === 0) length -= 1;
  return length;
}

function bitLength16(limb: number): number {
  return 32 - Math.clz32(limb);
}

/** One digit of the quotient: takes its multiple of `v`, shifted by `i` limbs, off `u`. */
function reduce(u: Limbs, v: Limbs, i: number): void {
  const quotient = estimate(u, v, i + v.length);
  if (subtractMultiple(u, v, i, quotient)) addBack(u, v, i);
}

/** At most one too large (step D3). */
function estimate(u: Limbs, v: Limbs, top: number): number {
  const first = at(v, v.length - 1);
  const second = v.length > 1 ? at(v, v.length - 2) : 0;
  const numerator = at(u, top) * LIMB + at(u, top - 1);
  let quotient = Math.min(Math.floor(numerator / first), LIMB_MASK);
  let rest = numerator - quotient * first;
  const next = v.length > 1 ? at(u, top - 2) : 0;
  while (rest < LIMB && quotient * second > rest * LIMB + next) {
    quotient -= 1;
    rest += first;
  }
  return quotient;
}

/** @returns whether it was too much (step D4) */
function subtractMultiple(u: Limbs, v: Limbs, from: number, quotient: number): boolean {
  let borrow = 0;
  for (let i = 0; i < v.length; i += 1) {
    const product = quotient * (v[i] ?? 0) + borrow;
    const difference = (u[from + i] ?? 0) - (product & LIMB_MASK);
    u[from + i] = difference & LIMB_MASK;
    borrow = (product >>> LIMB_BITS) + (difference < 0 ? 1 : 0);
  }
  const top = at(u, from + v.length) - borrow;
  u[from + v.length] = top & LIMB_MASK;
  return top < 0;
}

/** Step D6. */
function addBack(u: Limbs, v: Limbs, from: number): void {
  let carry = 0;
  for (let i = 0; i < v.length; i += 1) {
    const sum = at(u, from + i) + at(v, i) + carry;
    u[from + i] = sum & LIMB_MASK;
    carry = sum >> LIMB_BITS;
  }
  u[from + v.length] = (at(u, from + v.length) + carry) & LIMB_MASK;
}

function shiftRight(limbs: Limbs, shift: number): void {
  for (let i = 0; i < limbs.length; i += 1) {
    limbs[i] = (((at(limbs, i + 1) << LIMB_BITS) | at(limbs, i)) >>> shift) & LIMB_MASK;
  }
}
