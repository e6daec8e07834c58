import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  checkPayloadSize,
  decodePayload,
  encodePayload,
  SecureByteContext,
  SUITE,
  type JsonObject,
} from '../../src/index.js';
import { caught, securityCode, wrongArgument } from '../support/errors.js';

const context = (text: string | Uint8Array): SecureByteContext =>
  new SecureByteContext(typeof text === 'string' ? new TextEncoder().encode(text) : text);

describe('encodePayload', () => {
  it('writes the JSON that JSON.stringify writes', () => {
    const payload = { model: 'm', messages: [{ role: 'user', content: 'Grüße\n"😀"' }], stream: undefined };
    expect(encodePayload(payload).use((bytes) => Buffer.from(bytes).toString())).toBe(
      JSON.stringify(payload),
    );
  });

  it.each([undefined, null, 'text', 7, [1], new Date(0), new Uint8Array(3), new String('x'), () => 1])(
    'refuses %p',
    async (payload) => {
      expect(await wrongArgument(() => encodePayload(payload as object))).toBe('payload');
    },
  );

  it.each([
    ['circular', () => Object.assign({}, ...[{}].map((self) => Object.assign(self, { self }))) as object],
    ['a BigInt', () => ({ secret: 'SECRET-9', n: 1n })],
    [
      'a getter that throws',
      () =>
        Object.defineProperty({}, 'secret', {
          enumerable: true,
          get: () => {
            throw new Error('SECRET-9');
          },
        }),
    ],
  ])('refuses what is %s, and quotes nothing', async (_, payload) => {
    const error = await caught(() => encodePayload(payload()));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: expect.stringMatching(/^payload\.\w+$/u) as unknown,
    });
    expect((error as Error).cause).toBeUndefined();
    expect(String((error as Error).stack)).not.toContain('SECRET-9');
  });
});

describe('decodePayload', () => {
  it('gives the object and wipes the bytes', () => {
    const plaintext = context('{"a":[1,"é"]}');
    const view = plaintext.borrow((bytes) => bytes);
    expect(decodePayload(plaintext)).toEqual({ a: [1, 'é'] });
    expect(view.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"a":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['a number', '1'],
    ['two objects', '{}{}'],
    ['a byte order mark', '\uFEFF{}'],
    ['no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ])('refuses %s, and wipes it', async (_, text) => {
    const plaintext = context(text);
    const view = plaintext.borrow((bytes) => bytes);
    expect(await securityCode(() => decodePayload(plaintext))).toBe('INVALID_PLAINTEXT');
    expect(view.every((byte) => byte === 0)).toBe(true);
  });

  it('does not quote refused input', async () => {
    const error = await caught(() => decodePayload(context('SECRET-9')));
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('SECRET-9');
    expect((error as Error).cause).toBeUndefined();
  });

  it('returns what encodePayload was given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        const expected = JSON.parse(JSON.stringify(payload)) as JsonObject;
        expect(decodePayload(encodePayload(payload))).toEqual(expected);
      }),
    );
  });
});

describe('checkPayloadSize', () => {
  it('allows 10 MiB and not one byte more', async () => {
    checkPayloadSize(SecureByteContext.allocate(SUITE.maxPayloadBytes));
    const over = SecureByteContext.allocate(SUITE.maxPayloadBytes + 1);
    expect(await securityCode(() => checkPayloadSize(over))).toBe('PAYLOAD_TOO_LARGE');
    expect(over.disposed).toBe(false);
  });
});
