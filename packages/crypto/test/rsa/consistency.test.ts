import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkConsistency } from '../../src/rsa/consistency.js';
import { readPkcs8, type RsaPrivateNumbers } from '../../src/rsa/pkcs8.js';
import { decodePem } from '../../src/index.js';
import { recipientPem, smallPkcs8 } from '../support/keys.js';
import { inverse } from '../support/numbers.js';

const NAMES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qInv'] as const;
const refused = expect.objectContaining({ code: 'INVALID_KEY' });

let good: RsaPrivateNumbers;

beforeAll(() => {
  good = readPkcs8(smallPkcs8);
});

function withFlippedBit(name: (typeof NAMES)[number], bit: number): RsaPrivateNumbers {
  const bytes = Uint8Array.from(good[name]);
  const index = bytes.byteLength - 1 - (bit >> 3);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7));
  return { ...good, [name]: bytes };
}

/** Odd numbers of 2 to 12 digits of 15 bits, most of them 0, 1, the highest one or its neighbours. */
const edgeNumber = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 0x3fff, 0x4000, 0x7ffe, 0x7fff), fc.nat(0x7fff)), {
    minLength: 1,
    maxLength: 11,
  })
  .map((digits) => digits.reduce((sum, digit) => (sum << 15n) | BigInt(digit), 1n) | 1n);

/** Numbers of keys by their definition; nothing says that p and q are primes. */
const edgeNumbers = fc
  .tuple(edgeNumber, edgeNumber, edgeNumber)
  .map(([p, q, e]) => keyOf(p, q, e))
  .filter((numbers) => numbers !== undefined);

function keyOf(p: bigint, q: bigint, e: bigint): Record<(typeof NAMES)[number], bigint> | undefined {
  const n = p * q;
  const order = (p - 1n) * (q - 1n);
  try {
    const d = inverse(e, order);
    return { n, e: e % order, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qInv: inverse(q, p) };
  } catch {
    return undefined;
  }
}

function bytes(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function bytesOf({ n, e, d, p, q, dp, dq, qInv }: Record<(typeof NAMES)[number], bigint>): RsaPrivateNumbers {
  return {
    n: bytes(n),
    e: bytes(e),
    d: bytes(d),
    p: bytes(p),
    q: bytes(q),
    dp: bytes(dp),
    dq: bytes(dq),
    qInv: bytes(qInv),
  };
}

describe('checkConsistency', () => {
  it('takes a good key of 2048 and one of 4096 bits', () => {
    checkConsistency(good);
    checkConsistency(readPkcs8(decodePem(recipientPem).der));
  });

  it.each(NAMES)('refuses a key whose %s has its lowest, its highest or a middle bit flipped', (name) => {
    const bits = good[name].byteLength * 8;
    for (const bit of [0, 1, 8, bits >> 1, bits - 1]) {
      expect(() => checkConsistency(withFlippedBit(name, bit))).toThrow(refused);
    }
  });

  it('refuses a key with any one bit of any number flipped', () => {
    const anyBit = fc
      .constantFrom(...NAMES)
      .chain((name) => fc.tuple(fc.constant(name), fc.nat(good[name].byteLength * 8 - 1)));
    fc.assert(
      fc.property(anyBit, ([name, bit]) => {
        expect(() => checkConsistency(withFlippedBit(name, bit))).toThrow(refused);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, (key: RsaPrivateNumbers) => Partial<RsaPrivateNumbers>]>([
    ['p and q exchanged, and nothing else', ({ p, q }) => ({ p: q, q: p })],
    [
      'p and q exchanged with their exponents, but not the coefficient',
      ({ p, q, dp, dq }) => ({ p: q, q: p, dp: dq, dq: dp }),
    ],
    ['one prime twice', ({ p }) => ({ q: p })],
    ['p = 1 and q = n', ({ n }) => ({ p: Uint8Array.of(1), q: n })],
    ['p = 0', () => ({ p: new Uint8Array(0) })],
    ['an even p', () => ({ p: Uint8Array.of(2) })],
    ['d = 0', () => ({ d: new Uint8Array(0) })],
    ['the coefficient 0', () => ({ qInv: new Uint8Array(0) })],
    ['an exponent of p that is not reduced', ({ d }) => ({ dp: d })],
  ])('refuses %s', (_, change) => {
    expect(() => checkConsistency({ ...good, ...change(good) })).toThrow(refused);
  });

  it('refuses numbers longer than the modulus before it calculates with them', () => {
    expect(() => checkConsistency({ ...good, d: new Uint8Array(5_000_000).fill(0xff) })).toThrow(refused);
  });

  it('agrees with BigInt about numbers whose digits are at the edges of long division', () => {
    fc.assert(
      fc.property(edgeNumbers, (numbers) => {
        checkConsistency(bytesOf(numbers));
        for (const name of ['d', 'dp', 'dq', 'qInv'] as const) {
          const changed = bytesOf({ ...numbers, [name]: numbers[name] + 1n });
          expect(() => checkConsistency(changed)).toThrow(refused);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the numbers as they were', () => {
    const before = Buffer.from(smallPkcs8);
    checkConsistency(good);
    expect(Buffer.from(smallPkcs8).equals(before)).toBe(true);
  });
});
