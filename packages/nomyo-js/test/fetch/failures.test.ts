import { afterEach, describe, expect, it } from '@jest/globals';
import type { FailMode, FailModeName } from '@nomyo/router/testing';
import { SecureChatCompletion, type LogEntry } from '../../src/index.js';
import { createSecureFetch } from '../../src/fetch/index.js';
import { cleanUp, configFor, later, posts, REQUEST, router } from '../support.js';
import { post, setUp, URL_OF_CHAT } from './support.js';

afterEach(cleanUp);

interface ErrorBody {
  error: { message: string; type: string; code: string; param: string | null };
}

const errorOf = async (response: Response) => ((await response.json()) as ErrorBody).error;

describe('a failure is an HTTP answer', () => {
  it.each<[FailModeName, string]>([
    ['flip-tag', 'DECRYPTION_FAILED'],
    ['swapped-key', 'DECRYPTION_FAILED'],
    ['200-plaintext', 'INVALID_ENVELOPE'],
    ['inner-text', 'INVALID_PLAINTEXT'],
    ['307', 'REDIRECT_REFUSED'],
  ])('%s: 403, and no library retries', async (fail, code) => {
    const { to, secureFetch, errors } = await setUp(undefined, {}, { fail });
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(response.status).toBe(403);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({ type: 'nomyo_security_error', code });
    expect(posts(to)).toHaveLength(1);
    expect(errors).toMatchObject([{ name: 'SecurityError', code }]);
  });

  it.each<[FailModeName, number, string, string, string | null]>([
    ['400', 400, 'INVALID_REQUEST', 'invalid_request_error', 'false'],
    ['401', 401, 'AUTHENTICATION_FAILED', 'authentication_error', 'false'],
    ['403', 403, 'FORBIDDEN', 'permission_error', 'false'],
    ['404', 404, 'API_ERROR', 'not_found_error', 'false'],
    ['429', 429, 'RATE_LIMITED', 'rate_limit_error', null],
    ['500', 500, 'SERVER_ERROR', 'api_error', null],
    ['503', 503, 'SERVICE_UNAVAILABLE', 'api_error', null],
    ['204', 502, 'API_ERROR', 'api_error', null],
    ['reset', 502, 'CONNECTION_FAILED', 'nomyo_connection_error', null],
  ])('%s: %i %s', async (fail, status, code, type, shouldRetry) => {
    const { to, secureFetch, errors } = await setUp(undefined, {}, { fail });
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(response.status).toBe(status);
    expect(response.headers.get('x-should-retry')).toBe(shouldRetry);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await errorOf(response)).toMatchObject({ code, type });
    expect(posts(to)).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it('is a 502 that is not repeated when the service sealed an error', async () => {
    const to = await router({ answers: { choices: null, error: { message: 'overloaded' } } });
    const secureFetch = createSecureFetch(configFor(to));
    later(() => secureFetch.dispose());
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(response.status).toBe(502);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect((await errorOf(response)).message).toBe('the service answered with an error: overloaded');
    expect(posts(to)).toHaveLength(1);
  });

  it('is 504 when the router takes too long', async () => {
    const { secureFetch } = await setUp(undefined, { timeout: 300 }, { fail: 'never' });
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(response.status).toBe(504);
    expect((await errorOf(response)).code).toBe('CONNECTION_TIMEOUT');
  });

  it.each([
    ['no JSON', '{"model": MARKED', 'body'],
    ['an array', '[]', 'body'],
    ['nothing', '', 'body'],
    ['no model', '{"messages":[{"role":"user","content":"x"}]}', 'model'],
    ['no messages', '{"model":"m"}', 'messages'],
    ['a stream that is a text', '{"model":"m","messages":[{"role":"user"}],"stream":"yes"}', 'stream'],
  ])('a body that is %s: 400, naming what is wrong and quoting nothing', async (_name, body, param) => {
    const { to, secureFetch } = await setUp();
    const response = await secureFetch(URL_OF_CHAT, { method: 'POST', body });
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error).toMatchObject({ type: 'invalid_request_error', code: 'INVALID_ARGUMENT', param });
    expect(error.message).not.toContain('MARKED');
    expect(to.requests).toHaveLength(0);
  });

  it('a request over the limit: 413', async () => {
    const { to, secureFetch } = await setUp();
    const content = 'x'.repeat(11 * 1024 * 1024);
    const response = await secureFetch(
      URL_OF_CHAT,
      post({ model: 'm', messages: [{ role: 'user', content }] }),
    );
    expect(response.status).toBe(413);
    expect((await errorOf(response)).code).toBe('PAYLOAD_TOO_LARGE');
    expect(to.requests).toHaveLength(0);
  });

  it('a foreign error is not quoted, but reported', async () => {
    const apiKey = () => Promise.reject(new Error('the secret of the vault'));
    const { secureFetch, errors } = await setUp(undefined, { apiKey });
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('vault');
    expect(errors).toMatchObject([{ message: 'the secret of the vault' }]);
  });

  it('is reported to onError once, and to the logger, with the error itself', async () => {
    const told: LogEntry[] = [];
    const add = (entry: LogEntry): void => void told.push(entry);
    const logger = { debug: add, info: add, warn: add };
    const { secureFetch, errors } = await setUp(undefined, { logger }, { fail: 'flip-tag' });
    await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(errors).toHaveLength(1);
    const failed = told.filter(({ message }) => message === 'nomyo:fetch-failed');
    expect(failed).toEqual([
      { message: 'nomyo:fetch-failed', status: 403, code: 'DECRYPTION_FAILED', error: errors[0] },
    ]);
  });

  it('does not depend on its listeners', async () => {
    const onError = () => {
      throw new Error('the listener failed');
    };
    const { secureFetch } = await setUp(undefined, { onError }, { fail: '401' });
    expect((await secureFetch(URL_OF_CHAT, post(REQUEST))).status).toBe(401);
  });
});

describe('one layer retries', () => {
  it('namely the library, unless configured otherwise', async () => {
    const { to, secureFetch } = await setUp(undefined, { maxRetries: 1 }, { fail: '503-seconds:0*1' });
    expect((await secureFetch(URL_OF_CHAT, post(REQUEST))).status).toBe(200);
    expect(posts(to)).toHaveLength(2);
  });

  it.each<[FailMode, number]>([
    ['429-seconds:1800', 429],
    ['503-seconds:1800', 503],
    ['503-date:1800', 503],
  ])('%s: the router is left alone while its Retry-After runs', async (fail, status) => {
    const { to, secureFetch, errors } = await setUp(undefined, {}, { fail: [fail, 'ok'] });
    const first = await secureFetch(URL_OF_CHAT, post(REQUEST));
    const second = await secureFetch(URL_OF_CHAT, post({ ...REQUEST, stream: true }));
    for (const response of [first, second]) {
      expect(response.status).toBe(status);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(1700);
      expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(1800);
      // Anthropic's library would sleep for half an hour.
      expect(response.headers.get('x-should-retry')).toBe('false');
    }
    expect(posts(to)).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it('a short Retry-After ends, and the next call is sent', async () => {
    const { to, secureFetch } = await setUp(undefined, {}, { fail: '429-seconds:1*1' });
    const first = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(first.headers.get('retry-after')).toBe('1');
    expect(first.headers.has('x-should-retry')).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await secureFetch(URL_OF_CHAT, post(REQUEST))).status).toBe(200);
    expect(posts(to)).toHaveLength(2);
  });
});

describe('every other path', () => {
  it.each([
    ['POST', 'https://api.openai.com/v1/embeddings'],
    ['GET', 'https://nomyo.invalid/v1/models'],
    ['GET', URL_OF_CHAT],
    ['POST', `${URL_OF_CHAT}/abc`],
    ['POST', 'https://nomyo.invalid/v1/chat/completions%2f'],
    ['POST', 'http://nomyo.invalid/v1/files'],
  ])('%s %s is refused, and nothing is sent', async (method, url) => {
    const { to, secureFetch, errors } = await setUp();
    const response = await secureFetch(url, { method });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const error = await errorOf(response);
    expect(error).toMatchObject({ type: 'nomyo_security_error', code: 'ENDPOINT_NOT_SEALED' });
    expect(error.message).toContain(new URL(url).pathname);
    expect(error.message).toContain('passthrough');
    expect(to.requests).toHaveLength(0);
    expect(errors).toHaveLength(1);
  });

  it('data:, is answered: openai fetches it before an upload', async () => {
    const { secureFetch, errors } = await setUp();
    const response = await secureFetch('data:,');
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(errors).toHaveLength(0);
  });

  it('the list of models passes when allowed, with the key and nothing of the library', async () => {
    const seen: { url: string; headers: Headers }[] = [];
    const models = { object: 'list', data: [{ id: 'm' }] };
    const { to, secureFetch } = await setUp(undefined, {
      passthrough: ['GET /v1/models'],
      client: new SecureChatCompletion({
        baseUrl: 'https://router.invalid/prefix',
        apiKey: 'given',
        keyDir: null,
        fetch: (url, init) => {
          seen.push({
            url: url instanceof Request ? url.url : String(url),
            headers: new Headers(init?.headers),
          });
          return Promise.resolve(Response.json(models));
        },
      }),
    });
    const headers = { authorization: 'Bearer library', 'x-stainless-os': 'Linux' };
    const response = await secureFetch('https://elsewhere.invalid/v1/models', { headers });
    expect(await response.json()).toEqual(models);
    expect(seen.map(({ url }) => url)).toEqual(['https://router.invalid/prefix/v1/models']);
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer given');
    expect(seen[0]?.headers.has('x-stainless-os')).toBe(false);
    expect(to.requests).toHaveLength(0);
  });
});
