import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { InvalidArgumentError } from '@nomyo/base';
import { checkApiKey, checkPayloadId, readHeaders, requestHeaders } from '../../src/policy/headers.js';

const PEM = '-----BEGIN PUBLIC KEY-----\nMIIB+/==\n-----END PUBLIC KEY-----\n';
const input = { payloadId: '123e4567-e89b-42d3-a456-426614174000', publicKeyPem: PEM };

function refusal(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  throw new Error('it was accepted');
}

describe('requestHeaders', () => {
  it('are those of the protocol', () => {
    expect(requestHeaders(input)).toEqual({
      'Content-Type': 'application/octet-stream',
      'X-Payload-ID': input.payloadId,
      'X-Public-Key': '-----BEGIN%20PUBLIC%20KEY-----%0AMIIB%2B%2F%3D%3D%0A-----END%20PUBLIC%20KEY-----%0A',
    });
  });

  it('carry key and tier when present', () => {
    expect(requestHeaders({ ...input, apiKey: 'KEY', securityTier: 'maximum' })).toMatchObject({
      Authorization: 'Bearer KEY',
      'X-Security-Tier': 'maximum',
    });
  });

  it("carry the caller's headers as well", () => {
    expect(requestHeaders({ ...input, extra: { 'X-Trace': 'a b\tü' } })).toMatchObject({
      'X-Trace': 'a b\tü',
    });
  });

  it.each([
    'Content-Type',
    'content-type',
    'X-PAYLOAD-ID',
    'x-public-key',
    'x-security-tier',
    'authorization',
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'TE',
    'Expect',
    'Accept-Encoding',
    'Proxy-Authorization',
  ])('are not overridden: %s', (name) => {
    expect(refusal(() => requestHeaders({ ...input, extra: { [name]: 'SECRET' } }))).toBeInstanceOf(
      InvalidArgumentError,
    );
    expect(refusal(() => readHeaders({ [name]: 'x' }))).toMatchObject({ argument: 'headers' });
  });

  it.each(['a\r\nX-Evil: b', 'a\nb', 'a\rb', 'a\0b', 'a\x7Fb', 'a\x1Bb', 'snow ☃', '𝄞'])(
    'refuse a value with a forbidden character, and never quote it: %j',
    (evil) => {
      const value = `SECRET${evil}`;
      const attempts = [
        () => requestHeaders({ ...input, apiKey: value }),
        () => requestHeaders({ ...input, securityTier: value }),
        () => requestHeaders({ ...input, payloadId: value }),
        () => requestHeaders({ ...input, extra: { 'X-A': value } }),
        () => checkApiKey(value),
        () => readHeaders({ 'X-A': value }),
      ];
      for (const attempt of attempts) {
        const error = refusal(attempt);
        expect(error).toBeInstanceOf(InvalidArgumentError);
        expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('SECRET');
      }
    },
  );

  it.each(['', 'a b', 'a:b', 'a\nb', 'ä', 'a(b)'])('refuse the name %j', (name) => {
    expect(refusal(() => readHeaders({ [name]: 'x' }))).toBeInstanceOf(InvalidArgumentError);
  });

  it.each([null, undefined, 'x', { a: 1 }, { a: null }, { a: ['b'] }, { 'X-A': '1', 'x-a': '2' }])(
    'refuse %j',
    (headers) => {
      expect(refusal(() => readHeaders(headers as unknown as Record<string, string>))).toBeInstanceOf(
        InvalidArgumentError,
      );
    },
  );
});

describe('readHeaders', () => {
  class OwnHeaders {
    readonly #name = 'x-a';
    get name(): string {
      return this.#name;
    }
  }

  it.each([
    ['an object', { 'X-A': '1' }],
    ['an object without a prototype', Object.assign(Object.create(null), { 'X-A': '1' })],
    ['Headers', new Headers({ 'X-A': '1' })],
    ['a Map', new Map([['X-A', '1']])],
    ['pairs', [['X-A', '1']]],
    ['an object of another realm', runInNewContext("({ 'X-A': '1' })")],
    ['a Map of another realm', runInNewContext("new Map([['X-A', '1']])")],
  ])('takes %s', (_, headers) => {
    const [[name, value] = []] = Object.entries(readHeaders(headers as Record<string, string>));
    expect([name?.toLowerCase(), value]).toEqual(['x-a', '1']);
  });

  it.each([
    ['an instance of another class', new OwnHeaders()],
    ['bytes', new Uint8Array(2)],
    ['a Set', new Set(['ab'])],
    ['pairs of three', [['a', 'b', 'c']]],
    ['a Map of numbers', new Map([['a', 1]])],
    [
      'a Map with a name in two spellings',
      new Map([
        ['a', '1'],
        ['A', '2'],
      ]),
    ],
    ['a Map with a reserved name', new Map([['Authorization', 'SECRET']])],
  ])('refuses %s, which would be lost', (_, headers) => {
    expect(refusal(() => readHeaders(headers as unknown as Record<string, string>))).toBeInstanceOf(
      InvalidArgumentError,
    );
  });
});

describe('checkPayloadId', () => {
  it.each(['openai-compat-abc123', '123e4567-e89b-42d3-a456-426614174000', '!', '~'.repeat(128)])(
    'takes %s',
    (id) => expect(() => checkPayloadId(id)).not.toThrow(),
  );

  it.each(['', ' ', 'a b', 'a\n', 'ä', '~'.repeat(129), undefined, 7])('refuses %j', (id) => {
    expect(refusal(() => checkPayloadId(id as string))).toMatchObject({ argument: 'payloadId' });
  });
});

describe('checkApiKey', () => {
  it.each(['sk-abc_123.~+/=', '!'])('takes %s', (key) => expect(() => checkApiKey(key)).not.toThrow());

  it.each(['', ' ', 'a b', ' a', 'a ', 'a\n', 'ä', null, undefined, 7])('refuses %j', (key) => {
    expect(refusal(() => checkApiKey(key as string))).toMatchObject({ argument: 'apiKey' });
  });
});
