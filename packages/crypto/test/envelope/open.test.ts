import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DisposedError,
  NomyoError,
  openEnvelope,
  sealEnvelope,
  SecurityError,
  type KeySource,
  type RsaPrivateKey,
} from '../../src/index.js';
import { sealIndependently, wireBytes, type WireEnvelope } from '../independent.js';
import { bytesIn } from '../support/bytes.js';
import { caught, securityCode, shapeOf, wrongArgument } from '../support/errors.js';
import { readMember, withFlippedBit, withMember } from '../support/flips.js';
import { smallKey } from '../support/keys.js';

const PLAINTEXT = Buffer.from('{"answer":"Grüße 😀"}');

let key: RsaPrivateKey;
let wire: WireEnvelope;

beforeAll(async () => {
  key = await smallKey();
  wire = sealIndependently(PLAINTEXT, key.publicKey.pem);
});

const opened = async (envelope: Uint8Array, keys: KeySource = key): Promise<Buffer> =>
  (await openEnvelope(envelope, keys)).plaintext.use((bytes) => Buffer.from(bytes));

const source = (unwrap: KeySource['unwrap']): KeySource => ({ publicKey: key.publicKey, unwrap });

const encrypted = (members: object): object => ({
  ...wire,
  encrypted_payload: { ...wire.encrypted_payload, ...members },
});

describe('openEnvelope', () => {
  it('opens an envelope of another implementation, with any white space and order', async () => {
    const reversed = Object.fromEntries(Object.entries(wire).reverse());
    for (const envelope of [wireBytes(wire), wireBytes(reversed), Buffer.from(JSON.stringify(wire))]) {
      expect((await opened(envelope)).equals(PLAINTEXT)).toBe(true);
    }
  });

  it('treats the members key_algorithm and payload_algorithm as optional', async () => {
    const { key_algorithm: _, payload_algorithm: __, ...rest } = wire;
    expect((await opened(wireBytes(rest))).equals(PLAINTEXT)).toBe(true);
  });

  it('ignores unknown members, long ones and those named like something inherited', async () => {
    const extra = {
      x: 'A'.repeat(8192),
      ['__proto__']: { version: '2.0' },
      constructor: 1,
      hasOwnProperty: null,
      toString: [],
    };
    expect((await opened(wireBytes({ ...extra, ...wire }))).equals(PLAINTEXT)).toBe(true);
    const raw = JSON.stringify(wire).replace('{', '{"__proto__":{"version":"2.0"},"constructor":null,');
    expect((await opened(Buffer.from(raw))).equals(PLAINTEXT)).toBe(true);
  });

  it('understands escapes in member names and values', async () => {
    const escaped = JSON.stringify(wire)
      .replace('"version"', '"\\u0076ersion"')
      .replace('"1.0"', '"1\\u002e0"')
      .replace(
        wire.encrypted_payload.tag,
        wire.encrypted_payload.tag.replace(
          /./g,
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        ),
      );
    expect((await opened(Buffer.from(escaped))).equals(PLAINTEXT)).toBe(true);
  });

  it('takes the last of duplicate members, as JSON.parse does', async () => {
    const text = JSON.stringify(wire);
    expect((await opened(Buffer.from(text.replace('{', '{"version":"2.0",')))).equals(PLAINTEXT)).toBe(true);
    expect(await securityCode(() => opened(Buffer.from(text.replace(/}$/, ',"version":"2.0"}'))))).toBe(
      'INVALID_ENVELOPE',
    );
  });

  it.each([
    ['processed_at is a number', 1_765_250_382, 1_765_250_382],
    ['processed_at is a fraction', 1.5, 1.5],
    ['processed_at is a string', '1765250382', undefined],
    ['processed_at is null', null, undefined],
    ['processed_at is missing', undefined, undefined],
  ])('when %s', async (_, sent, got) => {
    const answer = await openEnvelope(wireBytes({ ...wire, processed_at: sent }), key);
    expect(answer.processedAt).toBe(got);
    expect('processedAt' in answer).toBe(got !== undefined);
    answer.plaintext.dispose();
  });

  it('gives no infinite processed_at', async () => {
    const text = JSON.stringify(wire).replace(/}$/, ',"processed_at":1e999}');
    expect((await openEnvelope(Buffer.from(text), key)).processedAt).toBeUndefined();
  });

  it('gives the bytes once, in a context', async () => {
    const { plaintext } = await openEnvelope(wireBytes(wire), key);
    expect(plaintext.length).toBe(PLAINTEXT.byteLength);
    plaintext.use(() => undefined);
    expect(() => plaintext.use(() => undefined)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it.each([undefined, null, '{}', {}, new ArrayBuffer(4), [1]])(
    'refuses %p as envelope',
    async (envelope) => {
      expect(await wrongArgument(() => openEnvelope(envelope as Uint8Array, key))).toBe('envelope');
    },
  );
});

describe('malformed envelopes', () => {
  it.each<[string, () => object]>([
    ['key_algorithm null', () => ({ ...wire, key_algorithm: null })],
    ['payload_algorithm null', () => ({ ...wire, payload_algorithm: null })],
    ['key_algorithm empty', () => ({ ...wire, key_algorithm: '' })],
    ['payload_algorithm with a space', () => ({ ...wire, payload_algorithm: 'AES-256-GCM ' })],
    ['version in an array', () => ({ ...wire, version: ['1.0'] })],
    ['algorithm in other letters', () => ({ ...wire, algorithm: 'HYBRID-AES256-RSA4096' })],
    ['encrypted_payload in an array', () => ({ ...wire, encrypted_payload: [wire.encrypted_payload] })],
    ['a nonce of 11 bytes', () => withMember(wire, 'nonce', readMember(wire, 'nonce').subarray(1))],
    ['a nonce of 13 bytes', () => withMember(wire, 'nonce', Buffer.alloc(13))],
    ['an empty nonce', () => withMember(wire, 'nonce', Buffer.alloc(0))],
    ['a tag of 15 bytes', () => withMember(wire, 'tag', readMember(wire, 'tag').subarray(1))],
    [
      'a tag of 17 bytes',
      () => withMember(wire, 'tag', Buffer.concat([readMember(wire, 'tag'), Buffer.of(0)])),
    ],
    [
      'a wrapped key that is one byte short',
      () => withMember(wire, 'encrypted_aes_key', readMember(wire, 'encrypted_aes_key').subarray(1)),
    ],
    ['a wrapped key of another modulus', () => withMember(wire, 'encrypted_aes_key', Buffer.alloc(512))],
    [
      'base64 without padding',
      () => encrypted({ nonce: 'AAAAAAAAAAAAAAAA', tag: wire.encrypted_payload.tag.replace(/=+$/, '') }),
    ],
    ['stray bits in the tag', () => encrypted({ tag: 'AAAAAAAAAAAAAAAAAAAAAB==' })],
    [
      'white space around the ciphertext',
      () => encrypted({ ciphertext: ` ${wire.encrypted_payload.ciphertext}` }),
    ],
    [
      'a lone surrogate in the ciphertext',
      () => encrypted({ ciphertext: `\ud800${wire.encrypted_payload.ciphertext}` }),
    ],
    ['members only in a prototype', () => ({ ['__proto__']: wire })],
  ])('is refused before a key is used: %s', async (_, envelope) => {
    const keys = source(() => Promise.reject(new Error('a key was used')));
    expect(await securityCode(() => openEnvelope(wireBytes(envelope()), keys))).toBe('INVALID_ENVELOPE');
  });

  it.each([
    ['a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['bytes behind it', (text: string) => Buffer.from(`${text}x`)],
    ['a NUL behind it', (text: string) => Buffer.from(`${text}\0`)],
    ['two of them', (text: string) => Buffer.from(text + text)],
    ['a comment', (text: string) => Buffer.from(`/**/${text}`)],
    ['UTF-16', (text: string) => Buffer.from(text, 'utf16le')],
    [
      'a byte that is no UTF-8',
      (text: string) =>
        Buffer.concat([Buffer.from(`{"x":"`), Buffer.of(0xff), Buffer.from(`",${text.slice(1)}`)]),
    ],
  ])('is refused: %s', async (_, change) => {
    expect(await securityCode(() => openEnvelope(change(JSON.stringify(wire)), key))).toBe(
      'INVALID_ENVELOPE',
    );
  });

  it('is not quoted in the error', async () => {
    const error = await caught(() => openEnvelope(Buffer.from('{"detail":"SECRET-9"} oops'), key));
    expect(String(error) + JSON.stringify(error) + String((error as Error).stack)).not.toContain('SECRET-9');
  });

  it('throws only typed errors, for random bytes and for damaged envelopes', async () => {
    const text = JSON.stringify(wire);
    const edit = fc.tuple(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 40 }));
    const damaged = fc
      .array(edit, { minLength: 1, maxLength: 3 })
      .map((edits) =>
        Buffer.from(
          edits.reduce((now, [at, gone, put]) => now.slice(0, at) + put + now.slice(at + gone), text),
        ),
      );
    const keys = source(() => Promise.reject(new SecurityError('DECRYPTION_FAILED', 'no')));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), async (bytes) => {
        const error: unknown = await openEnvelope(bytes, keys).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(NomyoError);
        expect(['INVALID_ENVELOPE', 'DECRYPTION_FAILED']).toContain((error as NomyoError).code);
      }),
      { numRuns: 600 },
    );
  });

  it('throws only typed errors for JSON of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        expect(await securityCode(() => openEnvelope(Buffer.from(json), key))).toBe('INVALID_ENVELOPE');
      }),
    );
  });
});

describe('one opaque failure', () => {
  it('is the same in every observable way for unwrap, key length, ciphertext, nonce and tag', async () => {
    const failing: (() => Promise<unknown>)[] = [
      () => openEnvelope(withFlippedBit(wire, 'encrypted_aes_key', 77), key),
      () => openEnvelope(withFlippedBit(wire, 'tag', 5), key),
      () => openEnvelope(withFlippedBit(wire, 'nonce', 5), key),
      () => openEnvelope(withFlippedBit(wire, 'ciphertext', 5), key),
      () =>
        openEnvelope(
          wireBytes(wire),
          source(() => Promise.resolve(new Uint8Array(16))),
        ),
      () =>
        openEnvelope(
          wireBytes(wire),
          source(() => Promise.resolve(new Uint8Array(0))),
        ),
      () =>
        openEnvelope(
          wireBytes(wire),
          source(() => Promise.resolve(new Uint8Array(33))),
        ),
      () =>
        openEnvelope(
          wireBytes(wire),
          source(() => Promise.resolve(new Uint8Array(32))),
        ),
      () =>
        openEnvelope(
          wireBytes(wire),
          source(() => Promise.reject(new SecurityError('DECRYPTION_FAILED', 'elsewhere', { cause: 1 }))),
        ),
    ];
    const shapes = await Promise.all(failing.map(async (call) => shapeOf(await caught(call))));
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
    expect(shapes[0]).toMatchObject({ code: 'DECRYPTION_FAILED', cause: undefined });
  });

  it('continues to the tag when the unwrap fails: AES is tried with a random key', async () => {
    const keys = source(() => Promise.reject(new SecurityError('DECRYPTION_FAILED', 'no')));
    const zeroKey = { ...wire, encrypted_payload: wire.encrypted_payload };
    expect(await securityCode(() => openEnvelope(wireBytes(zeroKey), keys))).toBe('DECRYPTION_FAILED');
  });
});

describe('KeySource', () => {
  it('is given the block as it was sent, and the signal', async () => {
    const { signal } = new AbortController();
    const calls: unknown[][] = [];
    const keys = source(async (...args) => {
      calls.push([Buffer.from(args[0]).toString('base64'), args[1]]);
      return key.unwrap(...args);
    });
    await openEnvelope(wireBytes(wire), keys, { signal });
    expect(calls).toEqual([[wire.encrypted_aes_key, signal]]);
  });

  it.each([
    ['another SecurityError', new SecurityError('INVALID_KEY', 'the HSM has no such key')],
    ['an error of its own', new RangeError('the agent is away')],
    ['something that is no error', { why: 'mine' }],
  ])('fails with %s: to the caller that is the one opaque failure', async (_, reason) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a foreign source can do anything
    const rejecting = source(() => Promise.reject(reason));
    const throwing = source(() => {
      throw reason as Error;
    });
    const wrongKey = source(() => Promise.resolve(new Uint8Array(32)));
    const expected = shapeOf(await caught(() => openEnvelope(wireBytes(wire), wrongKey)));
    for (const keys of [rejecting, throwing]) {
      expect(shapeOf(await caught(() => openEnvelope(wireBytes(wire), keys)))).toEqual(expected);
    }
  });

  it.each([undefined, null, 'text', [1, 2], new ArrayBuffer(32)])(
    'gives %p instead of bytes: the one opaque failure',
    async (answer) => {
      const keys = source(() => Promise.resolve(answer as unknown as Uint8Array));
      expect(await securityCode(() => openEnvelope(wireBytes(wire), keys))).toBe('DECRYPTION_FAILED');
    },
  );

  it('hangs: an abort ends the wait with its reason, and wipes what comes too late', async () => {
    const controller = new AbortController();
    const late = new Uint8Array(32).fill(7);
    let answer: (bytes: Uint8Array) => void = () => undefined;
    const keys = source(() => new Promise((resolve) => (answer = resolve)));
    const opening = openEnvelope(wireBytes(wire), keys, { signal: controller.signal });
    const reason = { why: 'enough' };
    controller.abort(reason);
    expect(await caught(() => opening)).toBe(reason);
    answer(late);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(late.every((byte) => byte === 0)).toBe(true);
  });

  it('may give a context instead of bytes', async () => {
    const keys = source((wrapped) => key.unwrap(wrapped));
    const { plaintext } = await openEnvelope(wireBytes(wire), keys);
    expect(plaintext.use((bytes) => Buffer.from(bytes).equals(PLAINTEXT))).toBe(true);
  });

  it('that was disposed of reports it', async () => {
    const mine = await smallKey();
    mine.dispose();
    expect(await caught(() => openEnvelope(wireBytes(wire), mine))).toBeInstanceOf(DisposedError);
  });

  it('rejects with the reason of an aborted signal', async () => {
    const reason = { why: 'mine' };
    const signal = AbortSignal.abort(reason);
    expect(await caught(() => openEnvelope(wireBytes(wire), key, { signal }))).toBe(reason);
  });

  it('finds the key it gave wiped, after success and after failure', async () => {
    const given: Uint8Array[] = [];
    const keeping = source(async (wrapped) => {
      const aesKey = bytesIn(await key.unwrap(wrapped));
      expect(aesKey.some((byte) => byte !== 0)).toBe(true);
      given.push(aesKey);
      return aesKey;
    });
    (await openEnvelope(wireBytes(wire), keeping)).plaintext.dispose();
    await caught(() => openEnvelope(withFlippedBit(wire, 'tag', 0), keeping));
    const short = source(() => {
      const bytes = new Uint8Array(16).fill(9);
      given.push(bytes);
      return Promise.resolve(bytes);
    });
    await caught(() => openEnvelope(wireBytes(wire), short));
    expect(given.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true, true]);
  });
});

describe('openEnvelope and sealEnvelope', () => {
  it('leave the envelope unchanged', async () => {
    const envelope = await sealEnvelope(PLAINTEXT, key.publicKey);
    const before = Buffer.from(envelope);
    await opened(envelope);
    expect(before.equals(envelope)).toBe(true);
  });
});
