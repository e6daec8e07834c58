import { constants, createPrivateKey, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  decodePem,
  DisposedError,
  generatePkcs8,
  KEY_SIZES,
  pkcs8FromPkcs1,
  RsaPrivateKey,
  type KeySize,
} from '../../src/index.js';
import { readPkcs8 } from '../../src/rsa/pkcs8.js';
import { bytesIn } from '../support/bytes.js';
import { caught, securityCode, wrongArgument } from '../support/errors.js';
import { recipientPem, smallKey, smallPem, smallPkcs8 } from '../support/keys.js';
import { inverse, pkcs8Of } from '../support/numbers.js';
import { keyFile } from '../support/vectors.js';

const NAMES = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qInv'] as const;

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

const wrapped = (oaepHash = 'sha256', padding = constants.RSA_PKCS1_OAEP_PADDING): Buffer =>
  publicEncrypt({ key: smallPem, padding, oaepHash }, SECRET);

/** As a number, the same without its first byte. */
function wrappedWithLeadingZero(): Buffer {
  for (;;) {
    const block = wrapped();
    if (block[0] === 0) return block;
  }
}

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await smallKey();
});

describe('RsaPrivateKey.unwrap', () => {
  it('opens what node:crypto wrapped', async () => {
    expect(bytesIn(await key.unwrap(wrapped())).equals(SECRET)).toBe(true);
    expect(bytesIn(await key.unwrap(wrappedWithLeadingZero())).equals(SECRET)).toBe(true);
  });

  it('opens 40 at once', async () => {
    const blocks = Array.from({ length: 40 }, () => wrapped());
    const opened = await Promise.all(blocks.map((block) => key.unwrap(block)));
    expect(opened.every((bytes) => bytesIn(bytes).equals(SECRET))).toBe(true);
  });

  it.each([
    ['OAEP with SHA-1', () => wrapped('sha1')],
    ['PKCS#1 v1.5', () => wrapped('sha256', constants.RSA_PKCS1_PADDING)],
    ['a flipped bit', () => Buffer.from(wrapped().map((byte, i) => (i === 100 ? byte ^ 1 : byte)))],
    ['zeros', () => Buffer.alloc(256)],
    ['a number above the modulus', () => Buffer.alloc(256, 0xff)],
    ['a short block', () => wrapped().subarray(1)],
    ['a block without its leading zero', () => wrappedWithLeadingZero().subarray(1)],
    ['a long block', () => Buffer.concat([wrapped(), Buffer.of(0)])],
    ['nothing', () => Buffer.alloc(0)],
  ])('gives the same error for %s', async (_, block) => {
    const error = await caught(() => key.unwrap(block()));
    expect(error).toMatchObject({
      code: 'DECRYPTION_FAILED',
      message: 'the envelope cannot be opened with this key',
    });
    expect((error as Error).cause).toBeUndefined();
  });

  it('does not begin when the signal is aborted, and rejects with the reason', async () => {
    const reason = new RangeError('mine');
    expect(await caught(() => key.unwrap(wrapped(), AbortSignal.abort(reason)))).toBe(reason);
    expect(bytesIn(await key.unwrap(wrapped(), new AbortController().signal)).equals(SECRET)).toBe(true);
  });

  it('is refused after dispose; operations under way succeed', async () => {
    const mine = await smallKey();
    const running = Array.from({ length: 6 }, () => mine.unwrap(wrapped()));
    mine.dispose();
    mine[Symbol.dispose]();
    expect(await caught(() => mine.unwrap(wrapped()))).toBeInstanceOf(DisposedError);
    expect((await Promise.all(running)).every((bytes) => bytesIn(bytes).equals(SECRET))).toBe(true);
  });

  it('takes a block that the caller overwrites meanwhile', async () => {
    const block = wrapped();
    const opening = key.unwrap(block);
    block.fill(0);
    expect(bytesIn(await opening).equals(SECRET)).toBe(true);
  });
});

describe('RsaPrivateKey.fromPkcs8', () => {
  it('leaves the bytes to the caller to wipe', async () => {
    const der = Uint8Array.from(smallPkcs8);
    const { publicKey } = await RsaPrivateKey.fromPkcs8(der);
    expect(Buffer.from(der).equals(Buffer.from(smallPkcs8))).toBe(true);
    expect(publicKey.pem).toBe(key.publicKey.pem);
    expect(publicKey.pem).toContain('BEGIN PUBLIC KEY');
  });

  it('takes PKCS#1 through pkcs8FromPkcs1', () => {
    const { der } = decodePem(keyFile('pkcs1.pem'));
    const pkcs8 = pkcs8FromPkcs1(der);
    expect(Buffer.from(pkcs8).equals(Buffer.from(decodePem(recipientPem).der))).toBe(true);
  });

  it('takes a key with an exponent of its own', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0x10003 });
    await RsaPrivateKey.fromPkcs8(pair.privateKey.export({ type: 'pkcs8', format: 'der' }));
  });

  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['1024 bits', () => decodePem(keyFile('rsa1024.pem')).der],
    ['no RSA key', () => decodePem(keyFile('ec.pem')).der],
    ['PKCS#1 without its wrapping', () => decodePem(keyFile('pkcs1.pem')).der],
    [
      'a public key',
      () => createPrivateKey(smallPem).export({ type: 'pkcs1', format: 'der' }).subarray(0, 270),
    ],
    ['a cut key', () => smallPkcs8.subarray(0, -1)],
    ['trailing bytes', () => Buffer.concat([smallPkcs8, Buffer.of(0)])],
  ])('refuses %s', async (_, der) => {
    expect(await securityCode(() => RsaPrivateKey.fromPkcs8(der()))).toBe('INVALID_KEY');
  });

  it('refuses a key with a damaged number, unless it still opens correctly', async () => {
    const der = decodePem(keyFile('flipped.pem')).der;
    const damaged = await RsaPrivateKey.fromPkcs8(der).catch((error: unknown) => error);
    if (!(damaged instanceof RsaPrivateKey)) {
      expect(damaged).toMatchObject({ code: 'INVALID_KEY' });
      return;
    }
    const key = { key: damaged.publicKey.pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    expect(bytesIn(await damaged.unwrap(publicEncrypt(key, SECRET))).equals(SECRET)).toBe(true);
  });

  it('refuses a consistent key that cannot decrypt: a factor is not prime', async () => {
    // The p below is a product of two primes; every congruence of the check holds for it all the same.
    const [p, q] = [prime(smallPem, 'p') * prime(smallPem, 'q'), prime(recipientPem, 'q')];
    const e = [65_537n, 65_539n, 65_543n, 65_551n].find((odd) => isCoprime(odd, (p - 1n) * (q - 1n))) ?? 0n;
    const d = inverse(e, (p - 1n) * (q - 1n));
    const der = pkcs8Of([p * q, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)]);
    expect(await caught(() => RsaPrivateKey.fromPkcs8(der))).toMatchObject({
      code: 'INVALID_KEY',
      message: expect.not.stringContaining('bits'),
    });
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qInv'] as const)(
    'refuses a key with another %s, unless it still opens',
    async (name) => {
      const good = readPkcs8(smallPkcs8);
      const numbers = NAMES.map((each) => {
        const number = BigInt(`0x${Buffer.from(good[each]).toString('hex')}`);
        return each === name ? number ^ 2n : number;
      });
      const damaged = await RsaPrivateKey.fromPkcs8(pkcs8Of(numbers)).catch((error: unknown) => error);
      if (damaged instanceof RsaPrivateKey) {
        expect(bytesIn(await damaged.unwrap(wrapped())).equals(SECRET)).toBe(true);
      } else {
        expect(damaged).toMatchObject({ code: 'INVALID_KEY' });
      }
    },
  );

  it.each(['n', 'e'] as const)('refuses a key with another %s: nothing opens with it', async (name) => {
    const good = readPkcs8(smallPkcs8);
    const numbers = NAMES.map((each) => {
      const number = BigInt(`0x${Buffer.from(good[each]).toString('hex')}`);
      return each === name ? number ^ 2n : number;
    });
    expect(await securityCode(() => RsaPrivateKey.fromPkcs8(pkcs8Of(numbers)))).toBe('INVALID_KEY');
  });

  it.each([
    ['a factor that is 1', 'p', () => 1n],
    ['an even factor', 'q', (q: bigint) => q - 1n],
    ['a number longer than the modulus', 'd', () => 1n << 2050n],
  ] as const)('refuses %s before any library calculates with it', async (_, name, change) => {
    const good = readPkcs8(smallPkcs8);
    const numbers = NAMES.map((each) => {
      const number = BigInt(`0x${Buffer.from(good[each]).toString('hex')}`);
      return each === name ? change(number) : number;
    });
    expect(await caught(() => RsaPrivateKey.fromPkcs8(pkcs8Of(numbers)))).toMatchObject({
      code: 'INVALID_KEY',
      message: 'the private key is damaged',
    });
  });

  it('shows nothing secret in a log', () => {
    const shown = [inspect(key, { showHidden: true, depth: 9, getters: true }), JSON.stringify({ key })];
    const { d = '', p = '' } = createPrivateKey(smallPem).export({ format: 'jwk' });
    for (const number of [d, p]) {
      for (const trace of [
        number.slice(0, 12),
        Buffer.from(number, 'base64url').toString('hex').slice(0, 16),
      ]) {
        expect(shown.join('\n')).not.toContain(trace);
      }
    }
    expect(JSON.stringify(key)).toBe(JSON.stringify({ publicKey: key.publicKey.fingerprint }));
    expect(Object.keys(key)).toEqual(['publicKey']);
  });
});

function prime(pem: string, name: 'p' | 'q'): bigint {
  const number = createPrivateKey(pem).export({ format: 'jwk' })[name] ?? '';
  return BigInt(`0x${Buffer.from(number, 'base64url').toString('hex')}`);
}

function isCoprime(a: bigint, b: bigint): boolean {
  return b === 0n ? a === 1n : isCoprime(b, a % b);
}

describe('generatePkcs8', () => {
  it.each([2048] as const)(
    'makes a key of %d bits that node:crypto takes, exponent 65537',
    async (keySize) => {
      const pkcs8 = await generatePkcs8(keySize);
      pkcs8.borrow((der) => {
        const made = createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' });
        expect(made.asymmetricKeyDetails).toEqual({ modulusLength: keySize, publicExponent: 65_537n });
      });
      const imported = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
      expect(imported.publicKey.modulusLength).toBe(keySize);
    },
  );

  it('makes 4096 bits by default', async () => {
    const pkcs8 = await generatePkcs8();
    const imported = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
    expect(imported.publicKey.modulusLength).toBe(4096);
    expect(pkcs8.disposed).toBe(true);
  });

  it.each([1024, 2047, 8192, '4096', null, Number.NaN])('refuses the size %p', async (keySize) => {
    expect(await wrongArgument(() => generatePkcs8(keySize as KeySize))).toBe('keySize');
    expect(KEY_SIZES).toEqual([2048, 3072, 4096]);
  });
});
