/** A damaged key is refused, or unwraps right all the same: OpenSSL works around some wrong numbers. Never wrong bytes. */
import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RsaPrivateKey, SecurityError } from '../../src/index.js';
import { derEncode } from '../../src/der.js';
import { readPkcs8, type RsaPrivateNumbers } from '../../src/rsa/pkcs8.js';
import { webCryptoPrivateKeys } from '../../src/rsa/webcrypto.js';
import { smallPkcs8 } from '../support/keys.js';
import { inverse, pkcs8Of } from '../support/numbers.js';
import { findNativeCrypto } from '../../src/runtime/addon.node.js';
import { nativePrivateKeys } from '../../src/runtime/native.node.js';

const NAMES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qInv'] as const;

const SECRET = Buffer.alloc(32, 7);

const addon = findNativeCrypto();
const ENGINES = [webCryptoPrivateKeys(() => 1), ...(addon === undefined ? [] : [nativePrivateKeys(addon)])];

/** A key file is 1.2 kB of numbers behind some 30 bytes of structure. */
const bit = fc.tuple(fc.oneof(fc.nat(40), fc.nat(smallPkcs8.byteLength - 1)), fc.integer({ min: 0, max: 7 }));

const asBigInts = (key: RsaPrivateNumbers): bigint[] =>
  NAMES.map((name) => BigInt(`0x${Buffer.from(key[name]).toString('hex')}`));

/** The code of a typed error, or whether the key opens what was wrapped to its public half. */
async function verdict(der: Uint8Array): Promise<string> {
  const outcome = await RsaPrivateKey.fromPkcs8(der).catch((error: unknown) => error);
  if (outcome instanceof RsaPrivateKey) {
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const wrapped = publicEncrypt({ key: outcome.publicKey.pem, ...padding }, SECRET);
    const opened = await outcome.unwrap(wrapped);
    outcome.dispose();
    return opened.use((bytes) => SECRET.equals(bytes)) ? 'opens right' : 'opens wrong';
  }
  expect(outcome).toBeInstanceOf(SecurityError);
  return (outcome as SecurityError).code;
}

describe('a damaged key', () => {
  it('is INVALID_KEY or opens correctly, whichever bits are flipped', async () => {
    const damages = fc.uniqueArray(bit, { minLength: 1, maxLength: 3, selector: String });
    await fc.assert(
      fc.asyncProperty(damages, async (flips) => {
        const der = Uint8Array.from(smallPkcs8);
        for (const [at, place] of flips) der[at] = (der[at] ?? 0) ^ (1 << place);
        expect(['opens right', 'INVALID_KEY']).toContain(await verdict(der));
      }),
      { numRuns: 300 },
    );
  });

  it('is INVALID_KEY or opens correctly, whichever number is replaced', async () => {
    const good = asBigInts(readPkcs8(smallPkcs8));
    const change = fc.tuple(fc.nat(NAMES.length - 1), fc.bigInt({ min: 1n, max: (1n << 1024n) - 1n }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, by]) => {
        const numbers = good.map((number, i) => (i === at ? number ^ by : number));
        expect(['opens right', 'INVALID_KEY']).toContain(await verdict(pkcs8Of(numbers)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a sound key', () => {
  it.each([
    ['d modulo the product of both orders', (p: bigint, q: bigint) => (p - 1n) * (q - 1n)],
    ['d modulo half of it', (p: bigint, q: bigint) => ((p - 1n) * (q - 1n)) / 2n],
  ])('is taken by every engine: %s', async (_, orderOf) => {
    const [n = 0n, e = 0n, , p = 0n, q = 0n, dp = 0n, dq = 0n, qInv = 0n] = asBigInts(readPkcs8(smallPkcs8));
    const der = pkcs8Of([n, e, inverse(e, orderOf(p, q)), p, q, dp, dq, qInv]);
    for (const engine of ENGINES) (await engine.importPrivateKey(Uint8Array.from(der), {})).dispose();
    expect(await verdict(der)).toBe('opens right');
  });

  it('is accepted with trailing attributes, well-formed or not: no library sees them', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const content = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(4);
    for (const attributes of [Uint8Array.of(0xa0, 0), Uint8Array.of(0xa0, 3, 1, 2, 3)]) {
      expect(await verdict(derEncode(0x30, content, attributes))).toBe('opens right');
    }
  });
});
