import { describe, expect, it } from '@jest/globals';
import { NomyoError } from '@nomyo/base';
import fc from 'fast-check';
import { APIError } from '../../src/errors/errors.js';
import * as errors from '../../src/errors/status-errors.js';
import { errorOfResponse, errorOfStatus } from '../../src/answer/status.js';
import { mayMeanNewServerKey } from '../../src/policy/server-key.js';

const of = (status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}) =>
  errorOfResponse(
    { status, headers, body: typeof body === 'string' ? new TextEncoder().encode(body) : body },
    { payloadId: 'the-id' },
  );

describe('errorOfResponse', () => {
  it.each([
    [400, errors.InvalidRequestError, 'INVALID_REQUEST', 'InvalidRequestError', false],
    [401, errors.AuthenticationError, 'AUTHENTICATION_FAILED', 'AuthenticationError', false],
    [403, errors.ForbiddenError, 'FORBIDDEN', 'ForbiddenError', false],
    [404, APIError, 'API_ERROR', 'APIError', false],
    [413, APIError, 'API_ERROR', 'APIError', false],
    [429, errors.RateLimitError, 'RATE_LIMITED', 'RateLimitError', false],
    [500, errors.ServerError, 'SERVER_ERROR', 'ServerError', true],
    [502, APIError, 'API_ERROR', 'APIError', true],
    [503, errors.ServiceUnavailableError, 'SERVICE_UNAVAILABLE', 'ServiceUnavailableError', false],
    [504, APIError, 'API_ERROR', 'APIError', true],
    [204, APIError, 'API_ERROR', 'APIError', true],
    [599, APIError, 'API_ERROR', 'APIError', true],
  ])('%d has the right class', (status, type, code, name, possiblyExecuted) => {
    const error = of(status, '{"detail":"why"}', { 'x-a': 'b' });
    expect(error.constructor).toBe(type);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toBeInstanceOf(NomyoError);
    expect(error).toMatchObject({
      code,
      name,
      status,
      statusCode: status,
      possiblyExecuted,
      payloadId: 'the-id',
      headers: { 'x-a': 'b' },
      errorDetails: 'why',
    });
    expect(error.message).toMatch(new RegExp(`^the router answered ${String(status)} \\(.+\\): why$`));
  });

  it.each([
    ['the router says so', '{"detail":"all backends are busy"}', false],
    ['a validation list says so', '{"detail":[{"msg":"busy"}]}', false],
    ['Envoy says it', 'upstream connect error or disconnect/reset before headers', true],
    ['nginx says it', '<html><body>503 Service Temporarily Unavailable</body></html>', true],
    ['a gateway says it in JSON of its own', '{"message":"no healthy upstream"}', true],
    ['a gateway has an empty detail', '{"detail":""}', true],
    ['nobody says anything', '', true],
  ])('a 503 may have been run unless it comes from the router itself: %s', (_, body, possiblyExecuted) => {
    expect(of(503, body)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', possiblyExecuted });
  });

  it.each([408, 499])('a %d of a gateway that gave up may have been run', (status) => {
    expect(of(status)).toMatchObject({ possiblyExecuted: true });
  });

  it('an HTML 403 names a proxy or firewall, and no model', () => {
    const { message } = of(403, '<!doctype html><title>Request blocked</title>');
    expect(message).toMatch(/proxy or firewall/);
    expect(message).not.toMatch(/model|tier/);
  });

  it('as JSON has what a log and a retry need', () => {
    const json: unknown = JSON.parse(JSON.stringify(of(429, '{"detail":"slow"}', { 'retry-after': '2' })));
    expect(json).toMatchObject({
      name: 'RateLimitError',
      code: 'RATE_LIMITED',
      status: 429,
      retryAfter: 2000,
      possiblyExecuted: false,
      payloadId: 'the-id',
    });
  });

  it.each([400, 422, 500, 502])('a %d can mean another key of the router', (status) => {
    expect(mayMeanNewServerKey(of(status))).toBe(true);
  });

  it.each([401, 403, 429, 503, 504])('a %d cannot', (status) => {
    expect(mayMeanNewServerKey(of(status))).toBe(false);
  });

  it('reports that a GET ran nothing', () => {
    const error = errorOfResponse({ status: 500, headers: {}, body: new Uint8Array() }, { method: 'GET' });
    expect(error).toMatchObject({ possiblyExecuted: false, payloadId: undefined });
  });

  it('has retryAfter in ms', () => {
    expect(of(429, '', { 'retry-after': '2' }).retryAfter).toBe(2000);
    expect(of(429).retryAfter).toBeUndefined();
    const headers = { 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' };
    expect(errorOfResponse({ status: 503, headers, body: new Uint8Array() }, {}, 1000).retryAfter).toBe(4000);
  });

  it.each<[string, string, string, unknown]>([
    [
      'a list of a validation failure',
      '[{"loc":["body","model"],"msg":"missing","type":"m"},{"msg":"and more"}]',
      'body.model: missing; and more',
      [{ loc: ['body', 'model'], msg: 'missing', type: 'm' }, { msg: 'and more' }],
    ],
    ['an object', '{"error":"no such model"}', 'no such model', { error: 'no such model' }],
    ['an object in an object', '{"error":{"message":"deep"}}', 'deep', { error: { message: 'deep' } }],
    ['null', 'null', '', null],
    ['a number', '7', '', 7],
  ])('reads detail that is %s', (_, detail, text, details) => {
    const error = of(400, `{"detail":${detail}}`);
    expect(error.errorDetails).toEqual(details);
    expect(error.message.endsWith(text === '' ? ')' : `: ${text}`)).toBe(true);
  });

  it('reads the error of an OpenAI-shaped gateway', () => {
    const error = of(400, '{"error":{"message":"bad model","code":1}}');
    expect(error.message).toMatch(/: bad model$/);
    expect(error.errorDetails).toEqual({ error: { message: 'bad model', code: 1 } });
  });

  it.each([
    [
      'an HTML page',
      '<html><body>Bad gateway</body></html>',
      /\(.+\): an HTML page, so a proxy or firewall on the way may have written it$/,
    ],
    ['plain text', 'upstream connect error', /: upstream connect error$/],
    ['nothing', '', /\)$/],
    ['half a JSON', '{"detail":', /: \{"detail":$/],
  ])('reads %s', (_, body, message) => {
    expect(of(502, body).message).toMatch(message);
    expect(of(502, body).errorDetails).toBeUndefined();
  });

  it('drops everything that echoes the request', () => {
    const detail = [
      { loc: ['header', 'authorization'], msg: 'wrong', input: 'Bearer SECRET', ctx: { a: 'SECRET' } },
    ];
    const error = of(422, JSON.stringify({ detail }));
    expect(JSON.stringify([error, error.errorDetails, error.message])).not.toContain('SECRET');
  });

  it('lets no control characters or endless texts through', () => {
    const evil = `\u001b[31m\r\nfake log line\u0000\u202Egpj.exe\u2028${'x'.repeat(100_000)}`;
    for (const body of [
      JSON.stringify({ detail: evil }),
      JSON.stringify({ detail: [{ msg: evil }] }),
      evil,
    ]) {
      const error = of(400, body);
      expect(error.message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(error.message.length).toBeLessThan(500);
      expect(JSON.stringify(error.errorDetails ?? '').length).toBeLessThan(1000);
    }
  });

  it('bounds details in width and depth', () => {
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${String(i)}`, i]));
    const error = of(
      400,
      JSON.stringify({ detail: { wide, list: Array.from({ length: 1000 }, () => 1), deep: [[[[[[1]]]]]] } }),
    );
    expect(JSON.stringify(error.errorDetails).length).toBeLessThan(1000);
    const nested = of(400, `{"detail":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(JSON.stringify(nested.errorDetails).length).toBeLessThan(100);
  });

  it('does not parse a body that is too long', () => {
    const error = of(500, new Uint8Array(5_000_000).fill(0x5b));
    expect(error.errorDetails).toBeUndefined();
    expect(error.message.length).toBeLessThan(500);
  });

  it('cannot be used to pollute prototypes', () => {
    const error = of(
      400,
      '{"detail":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((error.errorDetails as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('makes an APIError of anything', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (status, body) => {
          const error = of(status, body);
          expect(error).toBeInstanceOf(APIError);
          expect(error.message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        },
      ),
    );
  });
});

describe('errorOfStatus', () => {
  it('has the class of the status, and its own code and meaning', () => {
    const error = errorOfStatus(429, {
      code: 'BUSY',
      meaning: 'the gateway is busy',
      headers: { 'retry-after': '2' },
      payloadId: 'the-id',
      possiblyExecuted: false,
    });
    expect(error.constructor).toBe(errors.RateLimitError);
    expect(error).toMatchObject({ code: 'BUSY', status: 429, retryAfter: 2_000, payloadId: 'the-id' });
    expect(error.message).toBe('the router answered 429 (the gateway is busy)');
    expect(error).toMatchObject({ possiblyExecuted: false, errorDetails: undefined });
  });

  it('means what the status means, unless more is known', () => {
    const error = errorOfStatus(502, { headers: {}, payloadId: undefined, possiblyExecuted: true });
    expect(error).toMatchObject({ name: 'APIError', code: 'API_ERROR', possiblyExecuted: true });
    expect(error.message).toContain('no valid answer');
  });
});
