/** Whatever a library or a careless caller hands to `fetch`: sealed as it was meant, or refused by name. */
import { gzipSync } from 'node:zlib';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MARKERS } from '../leaks.js';
import { cleanUp, posts, rejection, REQUEST } from '../support.js';
import { completion, post, setUp, URL_OF_CHAT } from './support.js';

afterEach(cleanUp);

const TEXT = JSON.stringify(REQUEST);
const BYTES = new TextEncoder().encode(TEXT);

interface ErrorBody {
  error: { message: string; code: string; param: string | null };
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield BYTES.subarray(0, 30);
  await Promise.resolve();
  yield BYTES.subarray(30);
}

/** The types of the standard do not have all that runtimes take. */
const body = (value: unknown): RequestInit => ({ method: 'POST', body: value as BodyInit });

describe('a body', () => {
  it.each<[string, () => RequestInit]>([
    ['an ArrayBuffer', () => body(BYTES.slice().buffer)],
    ['a DataView', () => body(new DataView(BYTES.slice().buffer))],
    ['a part of a larger buffer', () => body(new Uint8Array([0, ...BYTES, 0]).subarray(1, -1))],
    ['bytes of another realm', () => body(runInNewContext(`Uint8Array.from([${String(BYTES)}])`))],
    ['an async iterable', () => body(pieces())],
    ['a stream of pieces', () => body(new Response(pieces() as unknown as BodyInit).body)],
    ['a File', () => body(new File([BYTES], 'request.json'))],
    ['a text that begins with a byte order mark', () => body(`\uFEFF${TEXT}`)],
    ['bytes that begin with one', () => body(new TextEncoder().encode(`\uFEFF${TEXT}`))],
  ])('can be %s', async (_name, init) => {
    const { asked, secureFetch } = await setUp();
    expect((await secureFetch(URL_OF_CHAT, init())).status).toBe(200);
    expect(asked).toMatchObject([{ model: REQUEST.model, messages: REQUEST.messages }]);
  });

  it.each<[string, () => RequestInit, string]>([
    ['a form', () => body(new FormData()), 'body'],
    ['parameters', () => body(new URLSearchParams({ prompt: MARKERS.prompt })), 'body'],
    ['a number', () => body(5), 'body'],
    [
      'bytes that are no UTF-8',
      () => body(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      'body',
    ],
    [
      'compressed',
      () => ({ ...body(gzipSync(TEXT)), headers: { 'content-encoding': 'gzip' } }),
      'content-encoding',
    ],
    [
      'a stream that fails',
      () => body(new ReadableStream({ pull: (controller) => controller.error(new Error(MARKERS.prompt)) })),
      'body',
    ],
  ])('that is %s is a 400 that quotes nothing', async (_name, init, param) => {
    const { to, secureFetch } = await setUp();
    const response = await secureFetch(URL_OF_CHAT, init());
    const text = await response.text();
    expect(response.status).toBe(400);
    expect((JSON.parse(text) as ErrorBody).error).toMatchObject({ code: 'INVALID_ARGUMENT', param });
    expect(text).not.toContain(MARKERS.prompt);
    expect(to.requests).toHaveLength(0);
  });

  it('that never arrives is given up when the caller aborts', async () => {
    const { to, secureFetch } = await setUp();
    const controller = new AbortController();
    const call = secureFetch(URL_OF_CHAT, { ...body(new ReadableStream()), signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await rejection(call)).toBe(reason);
    expect(to.requests).toHaveLength(0);
  });
});

describe('a URL', () => {
  it.each([
    'https://nomyo.invalid/openai/deployments/x/chat/completions?api-version=2024-10-21',
    'https://nomyo.invalid/v1/chat/completions/',
    'https://nomyo.invalid//v1//chat/completions//',
    'https:\\\\nomyo.invalid\\v1\\chat\\completions',
    'https://user:password@nomyo.invalid/v1/chat/completions#x',
    'http://api.openai.com/v1/./chat/../chat/completions',
  ])('%s is sealed', async (url) => {
    const { to, secureFetch } = await setUp();
    expect((await secureFetch(url, post(REQUEST))).status).toBe(200);
    expect(posts(to)).toHaveLength(1);
  });

  it.each([
    ['/v1/CHAT/COMPLETIONS', 'https://nomyo.invalid/v1/CHAT/COMPLETIONS'],
    ['/v1/chat%2Fcompletions', 'https://nomyo.invalid/v1/chat%2Fcompletions'],
    ['/v1/messages/count_tokens', 'https://nomyo.invalid/v1/messages/count_tokens'],
    ['/v1/responses/resp_1/cancel', 'https://nomyo.invalid/v1/responses/resp_1/cancel'],
    ['data:', `data:text/plain,${MARKERS.prompt}`],
    ['blob:', 'blob:https://nomyo.invalid/0b1f'],
  ])('%s is refused by its path, and nothing is sent', async (shown, url) => {
    const { to, secureFetch } = await setUp();
    const response = await secureFetch(url, post(REQUEST));
    const text = await response.text();
    expect(response.status).toBe(403);
    expect(text).toContain('ENDPOINT_NOT_SEALED');
    expect(text).toContain(shown);
    expect(text).not.toContain(MARKERS.prompt);
    expect(to.requests).toHaveLength(0);
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'put'])(
    'of chat completions is refused for %s',
    async (method) => {
      const { to, secureFetch } = await setUp();
      expect((await secureFetch(URL_OF_CHAT, { method })).status).toBe(403);
      expect(to.requests).toHaveLength(0);
    },
  );

  it('that is invalid is a 400', async () => {
    const { secureFetch } = await setUp();
    expect((await secureFetch('http://', post(REQUEST))).status).toBe(400);
  });
});

describe('a signal', () => {
  it('of another realm is respected', async () => {
    const { secureFetch } = await setUp();
    const { signal } = runInNewContext('const c = new AbortController(); c.abort("over"); c', {
      AbortController,
    }) as AbortController;
    expect(await rejection(secureFetch(URL_OF_CHAT, { ...post(REQUEST), signal }))).toBe('over');
  });

  it('that is invalid is a 400', async () => {
    const { secureFetch } = await setUp();
    const signal = {} as AbortSignal;
    const response = await secureFetch(URL_OF_CHAT, { ...post(REQUEST), signal });
    expect(response.status).toBe(400);
    expect(((await response.json()) as ErrorBody).error.param).toBe('signal');
  });

  it('of a request can be removed with null', async () => {
    const { secureFetch } = await setUp();
    const request = new Request(URL_OF_CHAT, { ...post(REQUEST), signal: AbortSignal.abort() });
    expect((await secureFetch(request, { signal: null })).status).toBe(200);
  });
});

describe('an answer', () => {
  it('can be teed, and cancelled after its end', async () => {
    const { secureFetch, errors } = await setUp(() => completion('Hello there'));
    const { body: stream } = await secureFetch(URL_OF_CHAT, post({ ...REQUEST, stream: true }));
    const [left, right] = stream?.tee() ?? [];
    const texts = await Promise.all([left, right].map((half) => new Response(half).text()));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]?.endsWith('data: [DONE]\n\n')).toBe(true);
    await left?.cancel().catch(() => undefined);
    expect(errors).toEqual([]);
  });

  it('does not depend on a listener that rejects, or on a logger that throws', async () => {
    const fail = (): never => {
      throw new Error('of the logger');
    };
    const onError = () => Promise.reject(new Error('late'));
    const config = { onError: onError as () => never, logger: { debug: fail, info: fail, warn: fail } };
    const { secureFetch } = await setUp(undefined, config, { fail: '401' });
    expect((await secureFetch(URL_OF_CHAT, post(REQUEST))).status).toBe(401);
  });

  it('of a client that was disposed of is a 400', async () => {
    const { secureFetch } = await setUp();
    secureFetch.dispose();
    const response = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect([response.status, ((await response.json()) as ErrorBody).error.code]).toEqual([400, 'DISPOSED']);
  });
});
