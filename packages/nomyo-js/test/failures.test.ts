import { afterEach, describe, expect, it } from '@jest/globals';
import type { FailSpec } from '@nomyo/router/testing';
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  SecurityError,
  ServerError,
  ServiceUnavailableError,
} from '../src/index.js';
import { MARKERS } from './leaks.js';
import { cleanUp, client, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

const fails = async (fail: FailSpec, options = {}): Promise<unknown> =>
  rejection(client(await router({ fail }), options).create(REQUEST));

describe('a status of the router', () => {
  it.each([
    ['400', 400, InvalidRequestError],
    ['401', 401, AuthenticationError],
    ['403', 403, ForbiddenError],
    ['404', 404, APIError],
    ['418', 418, APIError],
    ['429', 429, RateLimitError],
    ['500', 500, ServerError],
    ['502', 502, APIError],
    ['503', 503, ServiceUnavailableError],
    ['504', 504, APIError],
  ] as const)('%s becomes its class', async (fail, status, type) => {
    const error = await fails(fail);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      status,
      statusCode: status,
      payloadId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

describe('a damaged answer', () => {
  it.each([
    'flip-ciphertext',
    'flip-tag',
    'flip-nonce',
    'flip-wrapped-key',
    'tag-4',
    'tag-12',
    'no-tag',
    'swapped-key',
    '200-plaintext',
    '200-html',
    '200-empty',
    'inner-text',
    'inner-latin1',
    'inner-array',
    '307',
  ] as const)('%s is a SecurityError and is not retried', async (fail) => {
    const to = await router({ fail });
    const error = await rejection(client(to, { maxRetries: 2 }).create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(posts(to)).toHaveLength(1);
  });
});

describe('an error that the service sealed', () => {
  it.each([
    [{ message: 'the model is overloaded', type: 'overloaded', code: 529 }, 'the model is overloaded'],
    ['no such model', 'no such model'],
  ])('is an APIError in its words: %j', async (sealed, words) => {
    const to = await router({ answers: { choices: null, error: sealed } });
    const error = await rejection(client(to, { maxRetries: 2 }).create(REQUEST));
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      code: 'API_ERROR',
      status: 200,
      errorDetails: sealed,
      possiblyExecuted: true,
    });
    expect((error as Error).message).toBe(`the service answered with an error: ${words}`);
    expect(posts(to)).toHaveLength(1);
  });

  it('does not show the API key', async () => {
    const to = await router({ answers: { choices: null, error: `no account for ${MARKERS.apiKey}` } });
    const error = await rejection(client(to).create(REQUEST));
    expect((error as Error).message).toBe('the service answered with an error: no account for [API key]');
  });
});

describe('a broken connection', () => {
  it.each(['cut-before-headers', 'cut-mid-body', 'reset'] as const)(
    '%s is an APIConnectionError',
    async (fail) => {
      expect(await fails(fail)).toBeInstanceOf(APIConnectionError);
    },
  );

  it.each(['never', 'drip'] as const)('%s ends at the deadline', async (fail) => {
    expect(await fails(fail, { timeout: 700 })).toBeInstanceOf(APIConnectionTimeoutError);
  });

  it('nobody listens: an APIConnectionError', async () => {
    const to = await router();
    const made = client(to);
    await to.close();
    expect(await rejection(made.create(REQUEST))).toBeInstanceOf(APIConnectionError);
  });
});

describe('retries', () => {
  it('happen maxRetries times, with the same payload id and a new envelope each time', async () => {
    const to = await router({ fail: '503*2' });
    await client(to, { maxRetries: 2 }).create(REQUEST);
    const ids = new Set(posts(to).map((post) => post.headers['x-payload-id']));
    const envelopes = new Set(posts(to).map((post) => Buffer.from(post.requestBody).toString('latin1')));
    expect(posts(to)).toHaveLength(3);
    expect(ids.size).toBe(1);
    expect(envelopes.size).toBe(3);
  });

  it('stop at maxRetries, and 0 means one attempt', async () => {
    const to = await router({ fail: '500' });
    expect(await rejection(client(to).create(REQUEST, { maxRetries: 1 }))).toBeInstanceOf(ServerError);
    expect(posts(to)).toHaveLength(2);
    await rejection(client(to).create(REQUEST));
    expect(posts(to)).toHaveLength(3);
  });

  it.each(['400', '401', '403', '404'] as const)('never follow %s', async (fail) => {
    const to = await router({ fail });
    await rejection(client(to, { maxRetries: 3 }).create(REQUEST));
    expect(posts(to)).toHaveLength(1);
  });

  it.each(['503-seconds:1800', '429-date:1800'] as const)('do not come too early: %s', async (fail) => {
    const to = await router({ fail });
    const error = await rejection(client(to, { maxRetries: 3 }).create(REQUEST));
    expect(error).toBeInstanceOf(APIError);
    const { retryAfter = 0 } = error instanceof APIError ? error : {};
    expect(Math.round(retryAfter / 60_000)).toBe(30);
    expect(posts(to)).toHaveLength(1);
  });

  it('notice an abort during back-off', async () => {
    const to = await router({ fail: '503' });
    const abort = new AbortController();
    const call = client(to, { maxRetries: 10 }).create(REQUEST, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('the caller went away')), 300);
    expect(await rejection(call)).toEqual(new Error('the caller went away'));
  });
});

describe('an abort', () => {
  it('rejects with the reason of the signal, even when it came first', async () => {
    const to = await router({ fail: 'never' });
    const reason = new Error('enough');
    expect(await rejection(client(to).create(REQUEST, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const abort = new AbortController();
    const call = client(to).create(REQUEST, { signal: abort.signal });
    setTimeout(() => abort.abort(reason), 200);
    expect(await rejection(call)).toBe(reason);
  });
});
