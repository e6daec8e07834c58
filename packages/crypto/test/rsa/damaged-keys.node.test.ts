/**
 * Damaged keys are the same error, whatever library would have taken them: the addon, WebCrypto of Node (OpenSSL), or one
 * that is stricter. What one of them takes, all take.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodePem, RsaPrivateKey, SecurityError } from '../../src/index.js';
import { derEncode } from '../../src/der.js';
import { checkNumbers } from '../../src/rsa/check-numbers.js';
import { readPkcs8, type RsaPrivateNumbers } from '../../src/rsa/pkcs8.js';
import { webCryptoPrivateKeys } from '../../src/rsa/webcrypto.js';
import { caught, securityCode } from '../support/errors.js';
import { smallPkcs8 } from '../support/keys.js';
import { inverse, pkcs8Of } from '../support/numbers.js';
import { findNativeCrypto } from '../../src/runtime/addon.node.js';
import { nativePrivateKeys } from '../../src/runtime/native.node.js';

const NAMES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qInv'] as const;

const addon = findNativeCrypto();
const ENGINES = [webCryptoPrivateKeys(() => 1), ...(addon === undefined ? [] : [nativePrivateKeys(addon)])];

/** A key file is 1.2 kB of numbers behind some 30 bytes of structure. */
const bit = fc.tuple(fc.oneof(fc.nat(40), fc.nat(smallPkcs8.byteLength - 1)), fc.integer({ min: 0, max: 7 }));

const asBigInts = (key: RsaPrivateNumbers): bigint[] =>
  NAMES.map((name) => BigInt(`0x${Buffer.from(key[name]).toString('hex')}`));

/** `taken`, or the code of a typed error; anything else that is thrown fails the test. */
async function verdict(der: Uint8Array): Promise<string> {
  const outcome = await RsaPrivateKey.fromPkcs8(der).catch((error: unknown) => error);
  if (outcome instanceof RsaPrivateKey) {
    outcome.dispose();
    return 'taken';
  }
  expect(outcome).toBeInstanceOf(SecurityError);
  return (outcome as SecurityError).code;
}

describe('a damaged key', () => {
  it('is INVALID_KEY, whichever bits are flipped', async () => {
    const damages = fc.uniqueArray(bit, { minLength: 1, maxLength: 3, selector: String });
    await fc.assert(
      fc.asyncProperty(damages, async (flips) => {
        const der = Uint8Array.from(smallPkcs8);
        for (const [at, place] of flips) der[at] = (der[at] ?? 0) ^ (1 << place);
        const isVersion1 = der[6] === 1 && smallPkcs8[6] === 0 && flips.length === 1;
        expect(await verdict(der)).toBe(isVersion1 ? 'taken' : 'INVALID_KEY');
      }),
      { numRuns: 300 },
    );
  });

  it('is INVALID_KEY in whichever number', async () => {
    const good = asBigInts(readPkcs8(smallPkcs8));
    const change = fc.tuple(fc.nat(NAMES.length - 1), fc.bigInt({ min: 1n, max: (1n << 1024n) - 1n }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, by]) => {
        const numbers = good.map((number, i) => (i === at ? number ^ by : number));
        expect(await verdict(pkcs8Of(numbers))).toBe('INVALID_KEY');
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['d is as good as d + (p-1)(q-1), but dp is that of another', (k: Numbers) => ({ dp: k.dp + k.p - 1n })],
    ['qInv is above p', (k: Numbers) => ({ qInv: k.qInv + k.p })],
    ['p and q have changed places', (k: Numbers) => ({ p: k.q, q: k.p })],
    ['dp and dq have changed places', (k: Numbers) => ({ dp: k.dq, dq: k.dp })],
  ])('is found although a library could open with it: %s', async (_, change) => {
    const [n = 0n, e = 0n, d = 0n, p = 0n, q = 0n, dp = 0n, dq = 0n, qInv = 0n] = asBigInts(
      readPkcs8(smallPkcs8),
    );
    const key = { n, e, d, p, q, dp, dq, qInv };
    const changed = { ...key, ...change(key) };
    const der = pkcs8Of(NAMES.map((name) => changed[name]));
    expect(await securityCode(() => RsaPrivateKey.fromPkcs8(der))).toBe('INVALID_KEY');
  });
});

type Numbers = Readonly<Record<(typeof NAMES)[number], bigint>>;

describe('a sound key', () => {
  it.each([
    ['d modulo the product of both orders', (p: bigint, q: bigint) => (p - 1n) * (q - 1n)],
    ['d modulo half of it', (p: bigint, q: bigint) => ((p - 1n) * (q - 1n)) / 2n],
  ])('is taken by every engine: %s', async (_, orderOf) => {
    const [n = 0n, e = 0n, , p = 0n, q = 0n, dp = 0n, dq = 0n, qInv = 0n] = asBigInts(readPkcs8(smallPkcs8));
    const der = pkcs8Of([n, e, inverse(e, orderOf(p, q)), p, q, dp, dq, qInv]);
    for (const engine of ENGINES) (await engine.importPrivateKey(Uint8Array.from(der), {})).dispose();
    expect(await verdict(der)).toBe('taken');
  });

  it('is taken with attributes behind it, well-formed or not: no library is shown them', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const content = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(4);
    for (const attributes of [Uint8Array.of(0xa0, 0), Uint8Array.of(0xa0, 3, 1, 2, 3)]) {
      expect(await verdict(derEncode(0x30, content, attributes))).toBe('taken');
    }
  });

  it.each([2048, 3072, 4096, 2056])('of %d bits that OpenSSL made passes', (modulusLength) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    expect(() => {
      checkNumbers(readPkcs8(der));
    }).not.toThrow();
    expect(createPublicKey(createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })).type).toBe('public');
  });
});

it('says of a file with text in it what it says of its key', async () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8Of(asBigInts(readPkcs8(smallPkcs8)).map((number, i) => (i === 3 ? number + 2n : number)))).toString('base64')}\n-----END PRIVATE KEY-----\n`;
  const { der } = decodePem(new TextEncoder().encode(pem));
  const error = await caught(() => RsaPrivateKey.fromPkcs8(der));
  expect(error).toMatchObject({ code: 'INVALID_KEY', possiblyExecuted: false });
  expect(String(error)).toContain('do not belong together');
});
