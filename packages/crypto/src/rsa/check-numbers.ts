/**
 * Whether the numbers of a private key belong together (RFC 8017 §3.2). The libraries do not agree on it: BoringSSL
 * refuses a key with a wrong number, while OpenSSL takes it and works around it. So it is found here, before any of
 * them has the key.
 *
 * Numbers are arrays of 16-bit limbs, the lowest first, in protected memory. No branch and no index depends on a secret.
 */
import { SecurityError, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaPrivateNumbers } from './pkcs8.js';

const LIMB_BITS = 16;
const LIMB_BYTES = 2;
const MASK = 0xffff;

type Limbs = Uint16Array;

/** How many numbers as long as the modulus there is room for: more than {@link belongTogether} ever needs. */
const MOST_NUMBERS = 36;

/**
 * @throws {SecurityError} `INVALID_KEY`
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`
 */
export function checkNumbers(key: RsaPrivateNumbers, memory: SecureByteContextOptions = {}): void {
  const limbs = MOST_NUMBERS * (limbsFor(key.n) + 1);
  const room = SecureByteContext.allocate((limbs + 1) * LIMB_BYTES, memory);
  if (room.use((bytes) => belongTogether(key, new Room(bytes)))) return;
  throw new SecurityError('INVALID_KEY', 'the private key is damaged: its numbers do not belong together');
}

function belongTogether(key: RsaPrivateNumbers, room: Room): boolean {
  const [n, e, d] = [room.load(key.n), room.load(key.e), room.load(key.d)];
  const [p, q, qInv] = [room.load(key.p), room.load(key.q), room.load(key.qInv)];
  const [dp, dq] = [room.load(key.dp), room.load(key.dq)];
  return [
    isEqual(room.product(p, q), n),
    isExponent({ exponent: dp, factor: p, d, e }, room),
    isExponent({ exponent: dq, factor: q, d, e }, room),
    isEqual(room.remainder(qInv, p), qInv),
    isEqual(room.remainder(room.product(q, qInv), p), ONE),
  ].every(Boolean);
}

interface Exponent {
  readonly exponent: Limbs;
  /** Odd. */
  readonly factor: Limbs;
  readonly d: Limbs;
  readonly e: Limbs;
}

/** Whether `exponent` is d modulo (factor - 1), and undoes e. */
function isExponent({ exponent, factor, d, e }: Exponent, room: Room): boolean {
  const order = room.take(factor.length);
  order.set(factor);
  order[0] = (factor[0] ?? 0) - 1;
  return [
    isEqual(room.remainder(d, order), exponent),
    isEqual(room.remainder(room.product(e, exponent), order), ONE),
  ].every(Boolean);
}

const ONE: Limbs = Uint16Array.of(1);

/** Whether two numbers are the same, of whatever lengths. */
function isEqual(a: Limbs, b: Limbs): boolean {
  let difference = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Memory for numbers, handed out piece by piece. */
class Room {
  readonly #limbs: Limbs;
  #taken = 0;

  constructor({ buffer, byteOffset, byteLength }: Bytes) {
    const start = byteOffset + (byteOffset % LIMB_BYTES);
    this.#limbs = new Uint16Array(buffer, start, byteLength / LIMB_BYTES - 1);
  }

  /** A zero. */
  take(limbs: number): Limbs {
    this.#taken += limbs;
    return this.#limbs.subarray(this.#taken - limbs, this.#taken);
  }

  /** @param magnitude big-endian */
  load(magnitude: Uint8Array): Limbs {
    const number = this.take(limbsFor(magnitude));
    magnitude.forEach((byte, i) => {
      const place = magnitude.byteLength - 1 - i;
      const at = Math.floor(place / LIMB_BYTES);
      number[at] = (number[at] ?? 0) | (byte << (8 * (place % LIMB_BYTES)));
    });
    return number;
  }

  product(a: Limbs, b: Limbs): Limbs {
    const product = this.take(a.length + b.length);
    a.forEach((limb, i) => {
      let carry = 0;
      b.forEach((other, j) => {
        const sum = limb * other + (product[i + j] ?? 0) + carry;
        product[i + j] = sum;
        carry = Math.floor(sum / (MASK + 1));
      });
      product[i + b.length] = carry;
    });
    return product;
  }

  /** By long division, bit by bit. @param divisor whose highest limb is not zero */
  remainder(dividend: Limbs, divisor: Limbs): Limbs {
    const rest = this.take(divisor.length + 1);
    const less = this.take(divisor.length + 1);
    // So many limbs are less than the divisor in any case.
    const begun = Math.min(divisor.length - 1, dividend.length);
    rest.set(dividend.subarray(dividend.length - begun));
    for (let bit = (dividend.length - begun) * LIMB_BITS - 1; bit >= 0; bit -= 1) {
      const next = ((dividend[Math.floor(bit / LIMB_BITS)] ?? 0) >> (bit % LIMB_BITS)) & 1;
      const isSmaller = doubleAndSubtract({ rest, less, divisor }, next);
      const keep = -isSmaller & MASK;
      for (let i = 0; i < rest.length; i += 1) {
        rest[i] = ((rest[i] ?? 0) & keep) | ((less[i] ?? 0) & ~keep);
      }
    }
    return rest;
  }
}

interface Step {
  readonly rest: Limbs;
  readonly less: Limbs;
  readonly divisor: Limbs;
}

/** Makes `rest` twice as much and `carry`, and `less` that without the divisor; 1 where that is below zero. */
function doubleAndSubtract({ rest, less, divisor }: Step, carry: number): number {
  let borrow = 0;
  for (let i = 0; i < rest.length; i += 1) {
    const doubled = ((rest[i] ?? 0) << 1) | carry;
    carry = doubled >> LIMB_BITS;
    const difference = (doubled & MASK) - (divisor[i] ?? 0) - borrow;
    rest[i] = doubled;
    less[i] = difference;
    borrow = difference >>> 31;
  }
  return borrow;
}

function limbsFor(magnitude: Uint8Array): number {
  return Math.ceil(magnitude.byteLength / LIMB_BYTES);
}
