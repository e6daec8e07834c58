import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areEqual, Arena, isOne, type Limbs } from '../../src/rsa/limbs.js';

/** Numbers of up to 12 digits of 15 bits, most of them 0, 1, the middle, the highest one or its neighbours. */
const natural = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 0x3fff, 0x4000, 0x7ffe, 0x7fff), fc.nat(0x7fff)), { maxLength: 12 })
  .map((digits) => digits.reduce((sum, digit) => (sum << 15n) | BigInt(digit), 0n));

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function valueOf(limbs: Limbs): bigint {
  return limbs.reduceRight((sum, limb) => (sum << 15n) | BigInt(limb), 0n);
}

/** Many runs: a digit of a quotient is estimated too high about once in ten thousand. */
const RUNS = { numRuns: 3000 };

describe('limbs', () => {
  it('take bytes, with or without leading zeros', () => {
    fc.assert(
      fc.property(natural, fc.nat(9), (value, zeros) => {
        const limbs = new Arena().fromBytes(Buffer.concat([Buffer.alloc(zeros), bytesOf(value)]));
        expect(valueOf(limbs)).toBe(value);
        expect(isOne(limbs)).toBe(value === 1n);
        expect(areEqual(limbs, new Arena().fromBytes(bytesOf(value)))).toBe(true);
        expect(areEqual(limbs, new Arena().fromBytes(bytesOf(value + 1n)))).toBe(false);
      }),
    );
  });

  it('multiply and divide as BigInt does', () => {
    fc.assert(
      fc.property(natural, natural, natural, (a, b, c) => {
        const arena = new Arena();
        const product = arena.multiply(arena.fromBytes(bytesOf(a)), arena.fromBytes(bytesOf(b)));
        expect(valueOf(product)).toBe(a * b);
        const divisor = c + 2n;
        expect(valueOf(arena.remainder(product, arena.fromBytes(bytesOf(divisor))))).toBe((a * b) % divisor);
      }),
      RUNS,
    );
  });

  it.each([
    ['one less than a multiple', (a: bigint, b: bigint) => a * b - 1n],
    ['a multiple', (a: bigint, b: bigint) => a * b],
  ])('divide %s', (_, dividendOf) => {
    fc.assert(
      fc.property(natural, natural, (a, b) => {
        const arena = new Arena();
        const [quotient, divisor] = [a + 1n, b + 2n];
        const dividend = dividendOf(quotient, divisor);
        const rest = arena.remainder(arena.fromBytes(bytesOf(dividend)), arena.fromBytes(bytesOf(divisor)));
        expect(valueOf(rest)).toBe(dividend % divisor);
      }),
      RUNS,
    );
  });

  it('lose one from an odd number', () => {
    const arena = new Arena();
    expect(valueOf(arena.minusOne(arena.fromBytes(bytesOf(0x7f_ffffn))))).toBe(0x7f_fffen);
  });

  it('are wiped all together, what was calculated with them too', () => {
    const arena = new Arena();
    const [a, b] = [arena.fromBytes(bytesOf(0x1234_5678_9abc_def1n)), arena.fromBytes(bytesOf(0xfedc_ba98n))];
    const all = [a, b, arena.minusOne(a), arena.multiply(a, b), arena.remainder(a, b)];
    expect(all.every((limbs) => limbs.some((limb) => limb !== 0))).toBe(true);
    arena.wipe();
    expect(all.every((limbs) => limbs.every((limb) => limb === 0))).toBe(true);
  });
});
