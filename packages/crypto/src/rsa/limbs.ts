/**
 * Natural numbers that can be wiped: arrays of 15-bit limbs, least first, outside the JavaScript heap. A BigInt can be
 * wiped by nobody. With 15 bits, a product of two limbs and all that is added to it stays below 2^30: V8 keeps such a
 * number in a register, and makes no object of it on its heap.
 */
import { wipe } from '@nomyo/base';

/** A number. Limbs beyond its length are zero. */
export type Limbs = Uint16Array<ArrayBuffer>;

const LIMB_BITS = 15;
const LIMB = 2 ** LIMB_BITS;
const LIMB_MASK = LIMB - 1;

/** Numbers that are wiped together. */
export class Arena {
  readonly #numbers: Limbs[] = [];

  /** @param bytes big-endian */
  fromBytes(bytes: Uint8Array): Limbs {
    const limbs = this.#zero(Math.ceil((bytes.byteLength * 8) / LIMB_BITS));
    let bits = 0;
    let length = 0;
    let at = 0;
    for (let i = bytes.byteLength - 1; i >= 0; i -= 1) {
      bits |= (bytes[i] ?? 0) << length;
      length += 8;
      if (length < LIMB_BITS) continue;
      limbs[at] = bits & LIMB_MASK;
      at += 1;
      bits >>>= LIMB_BITS;
      length -= LIMB_BITS;
    }
    if (length > 0) limbs[at] = bits;
    return limbs;
  }

  minusOne(odd: Limbs): Limbs {
    const limbs = this.#zero(odd.length);
    limbs.set(odd);
    limbs[0] = limbAt(odd, 0) - 1;
    return limbs;
  }

  multiply(a: Limbs, b: Limbs): Limbs {
    const product = this.#zero(a.length + b.length);
    for (let i = 0; i < a.length; i += 1) {
      product[i + b.length] = addMultiple(product, i, b, limbAt(a, i));
    }
    return product;
  }

  /** Long division, limb by limb (Knuth, TAOCP volume 2, §4.3.1, algorithm D). The divisor is above 1. */
  remainder(dividend: Limbs, divisor: Limbs): Limbs {
    const length = significantLimbs(divisor);
    const shift = LIMB_BITS - bitLength(limbAt(divisor, length - 1));
    const v = this.#shiftedLeft(divisor, shift, length);
    const negative = this.#complement(v);
    const u = this.#shiftedLeft(dividend, shift, dividend.length + 1);
    for (let i = u.length - length - 1; i >= 0; i -= 1) reduce(u, i, v, negative);
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
      const wide = (limbAt(limbs, i) << shift) | carry;
      shifted[i] = wide & LIMB_MASK;
      carry = wide >>> LIMB_BITS;
    }
    return shifted;
  }

  /** What is missing to the power of two after the highest limb. */
  #complement(limbs: Limbs): Limbs {
    const complement = this.#zero(limbs.length);
    let borrow = 0;
    for (let i = 0; i < limbs.length; i += 1) {
      const difference = -limbAt(limbs, i) - borrow;
      complement[i] = difference & LIMB_MASK;
      borrow = difference < 0 ? 1 : 0;
    }
    return complement;
  }

  #zero(length: number): Limbs {
    const limbs = new Uint16Array(new ArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT));
    this.#numbers.push(limbs);
    return limbs;
  }
}

export function isOne(limbs: Limbs): boolean {
  return limbAt(limbs, 0) === 1 && significantLimbs(limbs) === 1;
}

export function areEqual(a: Limbs, b: Limbs): boolean {
  for (let i = Math.max(a.length, b.length) - 1; i >= 0; i -= 1) {
    if (limbAt(a, i) !== limbAt(b, i)) return false;
  }
  return true;
}

function limbAt(limbs: Limbs, index: number): number {
  return limbs[index] ?? 0;
}

function significantLimbs(limbs: Limbs): number {
  let length = limbs.length;
  while (length > 1 && limbs[length - 1] === 0) length -= 1;
  return length;
}

function bitLength(limb: number): number {
  return 32 - Math.clz32(limb);
}

/**
 * Adds `factor` times `source` to `target`, from the limb `from` on. All that takes time happens here, for both signs,
 * in one small function: it is compiled before the first number is done.
 *
 * @returns the carry, which is for the limb that follows
 */
function addMultiple(target: Limbs, from: number, source: Limbs, factor: number): number {
  let carry = 0;
  for (let i = 0; i < source.length; i += 1) {
    const sum = (target[from + i] ?? 0) + factor * (source[i] ?? 0) + carry;
    target[from + i] = sum & LIMB_MASK;
    carry = sum >>> LIMB_BITS;
  }
  return carry;
}

/** One digit of the quotient: takes its multiple of `v`, shifted by `from` limbs, off `u`. */
function reduce(u: Limbs, from: number, v: Limbs, negative: Limbs): void {
  const top = from + v.length;
  const quotient = estimate(u, v, top);
  // Less q times v is q times the complement of v, less q in the limb that follows (step D4).
  let rest = limbAt(u, top) - quotient + addMultiple(u, from, negative, quotient);
  if (rest < 0) rest += addMultiple(u, from, v, 1);
  u[top] = rest;
}

/** From three limbs and two: at most one too large (step D3). Below 2^45, so that a double is exact. */
function estimate(u: Limbs, v: Limbs, top: number): number {
  const isShort = v.length === 1;
  const high = limbAt(u, top) * LIMB + limbAt(u, top - 1);
  const dividend = high * LIMB + (isShort ? 0 : limbAt(u, top - 2));
  const divisor = limbAt(v, v.length - 1) * LIMB + (isShort ? 0 : limbAt(v, v.length - 2));
  return Math.min(Math.floor(dividend / divisor), LIMB_MASK);
}

function shiftRight(limbs: Limbs, shift: number): void {
  for (let i = 0; i < limbs.length; i += 1) {
    limbs[i] = (((limbAt(limbs, i + 1) << LIMB_BITS) | limbAt(limbs, i)) >>> shift) & LIMB_MASK;
  }
}
