import { afterEach, describe, expect, it } from '@jest/globals';
import { createSecureFetch } from '../../src/fetch/index.js';
import { InvalidArgumentError, SecurityError } from '../../src/index.js';
import { cleanUp, client, header, posts, rejection, REQUEST, router } from '../support.js';
import { completion, eventsOf, post, setUp, URL_OF_CHAT, type SecureFetchConfig } from './support.js';

afterEach(cleanUp);

describe('a chat completion through fetch', () => {
  it('is sealed, and its answer is JSON with the id of the request', async () => {
    const { to, secureFetch, asked } = await setUp(() => completion('fine'));
    const response = await secureFetch(URL_OF_CHAT, post({ ...REQUEST, foo_unknown: 1 }));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-request-id')).toBe(posts(to)[0]?.headers['x-payload-id']);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'fine' } }] });
    expect(asked).toMatchObject([{ model: REQUEST.model, foo_unknown: 1 }]);
  });

  const body = JSON.stringify(REQUEST);
  const bytes = new TextEncoder().encode(body);
  it.each<[string, () => [string | URL | Request, RequestInit?]]>([
    ['a URL and bytes', () => [new URL(URL_OF_CHAT), { method: 'post', body: bytes }]],
    ['a buffer', () => [URL_OF_CHAT, { method: 'POST', body: bytes.buffer }]],
    [
      'a Blob, with pairs of headers',
      () => [URL_OF_CHAT, { method: 'POST', body: new Blob([bytes]), headers: [['a', 'b']] }],
    ],
    [
      'a stream',
      () => [URL_OF_CHAT, { method: 'POST', body: new Blob([bytes]).stream(), headers: new Headers() }],
    ],
    ['a Request', () => [new Request(URL_OF_CHAT, { method: 'POST', body })]],
    [
      'a Request and a body beside it',
      () => [new Request(URL_OF_CHAT, { method: 'POST', body: '{}' }), { body }],
    ],
    ['a relative URL', () => ['/v1/chat/completions?api-version=1', { method: 'POST', body }]],
  ])('can be given as %s', async (_name, call) => {
    const { asked, secureFetch } = await setUp();
    expect((await secureFetch(...call())).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it('sends nothing of what the library says about itself', async () => {
    const { to, secureFetch } = await setUp();
    await secureFetch(
      URL_OF_CHAT,
      post(REQUEST, {
        authorization: 'Bearer of-the-library',
        'x-stainless-os': 'Linux',
        cookie: 'a=b',
        'user-agent': 'x',
      }),
    );
    const [seen] = posts(to);
    expect(header(seen, 'authorization')).not.toContain('of-the-library');
    for (const name of ['x-stainless-os', 'cookie']) expect(seen?.headers[name]).toBeUndefined();
    expect(header(seen, 'user-agent')).toMatch(/^nomyo-js\/\d/);
  });

  it('streams on request, marked as what it is: cut from a whole answer', async () => {
    const { secureFetch } = await setUp(() => completion('Hello there'));
    const response = await secureFetch(
      URL_OF_CHAT,
      post({ ...REQUEST, stream: true, stream_options: { include_usage: true } }),
    );
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('x-nomyo-stream')).toBe('synthetic');
    const events = await eventsOf(response);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as { choices: object[] });
    expect(chunks[0]?.choices).toMatchObject([{ delta: { role: 'assistant' } }]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } });
  });

  it('is made as it is read, and ends when its reader goes away', async () => {
    const { secureFetch } = await setUp(() => completion('word '.repeat(80_000)));
    const response = await secureFetch(URL_OF_CHAT, post({ ...REQUEST, stream: true }));
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('an abort', () => {
  it('rejects with its reason: before, and while the router is silent', async () => {
    const { to, secureFetch } = await setUp(undefined, {}, { fail: 'never' });
    const reason = new Error('enough');
    const aborted = secureFetch(URL_OF_CHAT, { ...post(REQUEST), signal: AbortSignal.abort(reason) });
    expect(await rejection(aborted)).toBe(reason);
    expect(to.requests).toHaveLength(0);
    const controller = new AbortController();
    const waiting = secureFetch(new Request(URL_OF_CHAT, { ...post(REQUEST), signal: controller.signal }));
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(reason);
    expect(await rejection(waiting)).toBe(reason);
  });

  it('in the middle of a stream errors it with the reason', async () => {
    const { secureFetch } = await setUp(() => completion('word '.repeat(1000)));
    const controller = new AbortController();
    const { signal } = controller;
    const response = await secureFetch(URL_OF_CHAT, { ...post({ ...REQUEST, stream: true }), signal });
    const reader = response.body?.getReader();
    await reader?.read();
    const reason = new Error('enough');
    controller.abort(reason);
    const rest = async () => {
      while ((await reader?.read())?.done === false);
    };
    expect(await rejection(rest())).toBe(reason);
  });
});

describe('the tier of a call', () => {
  it.each<[string, SecureFetchConfig, object, Record<string, string>, string | undefined]>([
    ['none', {}, {}, {}, undefined],
    ['null', {}, { security_tier: null }, {}, undefined],
    ['of the body', {}, { security_tier: 'high' }, {}, 'high'],
    ['of the header', {}, {}, { 'X-Security-Tier': 'high' }, 'high'],
    ['of the option', { securityTier: 'standard' }, {}, {}, 'standard'],
    [
      'the highest',
      { securityTier: 'standard' },
      { security_tier: 'high' },
      { 'x-security-tier': 'maximum' },
      'maximum',
    ],
    ['the minimum, where a library drops the member', { minimumSecurityTier: 'high' }, {}, {}, 'high'],
    [
      'the minimum, where less is asked',
      { minimumSecurityTier: 'high' },
      { security_tier: 'standard' },
      {},
      'high',
    ],
  ])('is %s', async (_name, config, members, headers, tier) => {
    const { to, secureFetch } = await setUp(undefined, config);
    expect((await secureFetch(URL_OF_CHAT, post({ ...REQUEST, ...members }, headers))).status).toBe(200);
    expect(posts(to)[0]?.headers['x-security-tier']).toBe(tier);
  });

  it.each([
    [{ security_tier: 'ultra' }, {}],
    [{ security_tier: 5 }, {}],
    [{}, { 'x-security-tier': 'MAXIMUM' }],
  ])('is refused when it is not a tier: %j %j', async (members, headers) => {
    const { to, secureFetch } = await setUp();
    const response = await secureFetch(URL_OF_CHAT, post({ ...REQUEST, ...members }, headers));
    expect(response.status).toBe(400);
    expect(to.requests).toHaveLength(0);
  });
});

describe('the API key', () => {
  const NONE = { apiKey: undefined } as unknown as SecureFetchConfig;

  it('of the library is used when its base URL is ours and no other was given', async () => {
    const { to, secureFetch } = await setUp(undefined, NONE);
    expect(secureFetch.baseURL).toBe(`${to.url}/v1`);
    await secureFetch(
      `${secureFetch.baseURL}/chat/completions`,
      post(REQUEST, { authorization: 'Bearer mine' }),
    );
    await secureFetch(URL_OF_CHAT, post(REQUEST, { authorization: 'Bearer mine' }));
    expect(posts(to).map(({ headers }) => headers.authorization)).toEqual(['Bearer mine', undefined]);
  });

  it('that was given takes precedence', async () => {
    const { to, secureFetch } = await setUp(undefined, { apiKey: 'given' });
    await secureFetch(
      `${secureFetch.baseURL}/chat/completions`,
      post(REQUEST, { authorization: 'Bearer mine' }),
    );
    expect(posts(to)[0]?.headers.authorization).toBe('Bearer given');
  });
});

describe('the life of a SecureFetch', () => {
  it('ready() makes the first call fast; close() waits for the calls under way; later ones are refused', async () => {
    const { to, secureFetch } = await setUp(undefined, {}, { fail: 'drip:1*1' });
    await secureFetch.ready();
    expect(to.requests).toHaveLength(1);
    const first = secureFetch(URL_OF_CHAT, post(REQUEST));
    await secureFetch.close();
    expect((await first).status).toBe(200);
    const late = await secureFetch(URL_OF_CHAT, post(REQUEST));
    expect(late.status).toBe(400);
    expect(await late.json()).toMatchObject({ error: { code: 'DISPOSED' } });
  });

  it('leaves a given client open', async () => {
    const to = await router();
    const mine = client(to);
    const secureFetch = createSecureFetch({ client: mine });
    expect((await secureFetch(URL_OF_CHAT, post(REQUEST))).status).toBe(200);
    secureFetch.dispose();
    await secureFetch.close();
    expect((await mine.create(REQUEST)).choices).toHaveLength(1);
  });

  it.each([
    ['/v1/chat/completions', REQUEST],
    ['/v1/chat/completions', { ...REQUEST, stream: true }],
    ['/v1/responses', { model: REQUEST.model, input: 'Hello' }],
    ['/v1/messages', { ...REQUEST, max_tokens: 9 }],
  ])('of a client that its owner has closed is a 400 that says so: %s', async (path, body) => {
    const to = await router();
    const mine = client(to);
    const secureFetch = createSecureFetch({ client: mine });
    await mine.close();
    const response = await secureFetch(path, post(body));
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([400, 'false']);
    expect(await response.text()).toMatch(/closed|disposed/);
    expect(await rejection(secureFetch.ready())).toMatchObject({ code: 'DISPOSED' });
    expect(posts(to)).toHaveLength(0);
  });

  it.each<[string, object, typeof InvalidArgumentError | typeof SecurityError]>([
    ['an unknown option', { baseURL: 'https://a' }, InvalidArgumentError],
    ['a client that is none', { client: {} }, InvalidArgumentError],
    ['a passthrough that is none', { passthrough: ['/v1/embeddings'] }, InvalidArgumentError],
    ['a tier that is none', { minimumSecurityTier: 'ultra' }, InvalidArgumentError],
    ['an onError that is none', { onError: 'x' }, InvalidArgumentError],
    ['http:', { baseUrl: 'http://example.org' }, SecurityError],
  ])('is refused with %s', (_name, config, type) => {
    expect(() => createSecureFetch(config as SecureFetchConfig)).toThrow(type);
  });
});
