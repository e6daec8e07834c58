import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { startRouter, type Router } from '@nomyo/router/testing';
import { makeToken } from '../src/http/token.js';
import { startGateway, type Gateway, type GatewayOptions } from '../src/index.js';

let router: Router;
let gateway: Gateway;

const options = (more: GatewayOptions = {}): GatewayOptions => ({
  port: 0,
  client: { baseUrl: router.url, allowHttp: true, keyDir: null, keySize: 2048, apiKey: 'service-key' },
  ...more,
});

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, apiKeys: ['service-key'] });
  gateway = await startGateway(options());
});
afterAll(async () => {
  await gateway.close();
  await router.close();
});

const bearer = (to: Gateway = gateway) => ({ authorization: `Bearer ${to.token}` });
const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = bearer(),
  to: Gateway = gateway,
) {
  return fetch(to.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const posts = () => router.requests.filter(({ method }) => method === 'POST').length;

/** A raw request, for headers that `fetch` does not let one set. */
function raw(lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      text += piece;
      if (text.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

const statusOf = async (...lines: string[]) => Number((await raw(lines)).split(' ')[1]);

describe('the first requests of Ollama clients', () => {
  let local: Gateway;
  beforeAll(async () => {
    local = await startGateway(options({ model: 'the-one' }));
  });
  afterAll(() => local.close());

  const get = async (path: string): Promise<unknown> =>
    (await fetch(local.url + path, { headers: bearer(local) })).json();
  const show = (body: unknown) => post('/api/show', body, bearer(local), local);

  it('get the version of the gateway', async () => {
    const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
    expect(await get('/api/version')).toEqual({ version });
  });

  it('can show a listed model, by either member name, and with Ollama’s tag', async () => {
    const name = 'the-one';
    expect(await get('/api/tags')).toMatchObject({ models: [{ name, model: name }] });
    for (const body of [{ model: name }, { name }, { model: `${name}:latest` }]) {
      expect(await (await show(body)).json()).toMatchObject({
        capabilities: ['completion', 'tools'],
        details: { families: [] },
        model_info: { 'general.basename': name },
      });
    }
  });

  it.each<[number, unknown]>([
    [404, { model: 'nobody-has-it' }],
    [400, {}],
    [400, { model: 7 }],
    [400, '{'],
    [413, { model: 'm'.repeat(70_000) }],
  ])('gets %d for a question that cannot be answered', async (status, body) => {
    const response = await show(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  it('see no model running on this machine', async () => {
    expect(await get('/api/ps')).toEqual({ models: [] });
  });
});

describe('the models', () => {
  let local: Gateway;
  const name = 'Qwen/Qwen3-0.6B';
  beforeAll(async () => {
    local = await startGateway(options({ model: name }));
  });
  afterAll(() => local.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(local.url + path, { headers: { ...bearer(local), ...headers } });
  const ANTHROPIC = { 'anthropic-version': '2023-06-01' };

  it.each([`/v1/models/${name}`, `/v1/models/${encodeURIComponent(name)}`])('has one at %s', async (path) => {
    expect(await (await get(path)).json()).toEqual({
      id: name,
      object: 'model',
      created: 0,
      owned_by: 'nomyo',
    });
  });

  it('come in Anthropic’s form for its clients', async () => {
    const model = { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00.000Z' };
    expect(await (await get('/v1/models', ANTHROPIC)).json()).toEqual({
      data: [model],
      has_more: false,
      first_id: name,
      last_id: name,
    });
    expect(await (await get(`/v1/models/${name}`, ANTHROPIC)).json()).toEqual(model);
  });

  it('have no others, in the terms of either protocol', async () => {
    const openai = await get('/v1/models/nobody-has-it');
    expect(openai.status).toBe(404);
    expect(await openai.json()).toMatchObject({ error: { code: 'model_not_found' } });
    const anthropic = await get('/v1/models/nobody-has-it', ANTHROPIC);
    expect(anthropic.status).toBe(404);
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });
});

describe('the token', () => {
  it('is random, and too long to guess', () => {
    expect(gateway.token).toMatch(/^[\w-]{43}$/u);
  });

  it('can follow a flag: none in 2,000 begins with a dash', () => {
    const tokens = Array.from({ length: 2_000 }, makeToken);
    expect(new Set(tokens).size).toBe(2_000);
    expect(tokens.filter((token) => !/^\w[\w-]{42}$/u.test(token))).toEqual([]);
  });

  it.each(['/', '/v1/models', '/metrics', '/api/tags', '/nowhere'])('is required at GET %s', async (path) => {
    expect((await fetch(gateway.url + path)).status).toBe(401);
    expect((await fetch(gateway.url + path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(
      401,
    );
    expect(
      (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${gateway.token}x` } })).status,
    ).toBe(401);
  });

  it.each(['/v1/chat/completions', '/v1/responses', '/v1/messages', '/api/chat'])(
    'is required at POST %s',
    async (path) => {
      const before = posts();
      expect((await post(path, QUESTION, {})).status).toBe(401);
      expect(posts()).toBe(before);
    },
  );

  it("counts in either place, when a client also sends another service's key", async () => {
    const other = 'sk-of-another-service';
    for (const headers of [
      { authorization: `Bearer ${other}`, 'x-api-key': gateway.token },
      { ...bearer(), 'x-api-key': other },
    ]) {
      expect((await fetch(`${gateway.url}/metrics`, { headers })).status).toBe(200);
    }
    const neither = { authorization: `Bearer ${other}`, 'x-api-key': other };
    expect((await fetch(`${gateway.url}/metrics`, { headers: neither })).status).toBe(401);
  });

  it('comes as x-api-key too, never as part of the URL, and never reaches the router', async () => {
    expect((await post('/v1/chat/completions', QUESTION, { 'x-api-key': gateway.token })).status).toBe(200);
    expect((await post(`/v1/chat/completions?token=${gateway.token}`, QUESTION, {})).status).toBe(401);
    expect(JSON.stringify(router.requests.map(({ headers }) => headers))).not.toContain(gateway.token);
    expect(router.requests.at(-1)?.headers.authorization).toBe('Bearer service-key');
  });

  it('is not required at /healthz', async () => {
    const response = await fetch(`${gateway.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('pages of other sites', () => {
  const own = () => `127.0.0.1:${gateway.port}`;

  it('are recognized by Host, whatever else they say', async () => {
    expect(await statusOf('GET /healthz HTTP/1.1', `Host: ${own()}`)).toBe(200);
    expect(await statusOf('GET /healthz HTTP/1.1', `Host: localhost:${gateway.port}`)).toBe(200);
    for (const host of [
      'evil.example',
      `evil.example:${gateway.port}`,
      '127.0.0.1',
      `127.0.0.1:${gateway.port}.evil.example`,
      '',
    ]) {
      const status = await statusOf('GET /healthz HTTP/1.1', `Host: ${host}`, `X-Forwarded-Host: ${own()}`);
      expect([host, Math.floor(status / 100)]).toEqual([host, 4]);
    }
  });

  it('cannot send two hosts, or none', async () => {
    expect(
      Math.floor((await statusOf('GET /healthz HTTP/1.1', `Host: ${own()}`, 'Host: evil.example')) / 100),
    ).toBe(4);
    expect(Math.floor((await statusOf('GET /healthz HTTP/1.1')) / 100)).toBe(4);
  });

  it('are recognized by Origin, and get no CORS header', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `https://${own()}`,
      `http://${own()}.evil.example`,
    ]) {
      const response = await post('/v1/chat/completions', QUESTION, { ...bearer(), origin });
      expect([origin, response.status]).toEqual([origin, 403]);
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(
      (await post('/v1/chat/completions', QUESTION, { ...bearer(), origin: `http://${own()}` })).status,
    ).toBe(200);
  });
});

describe('calls', () => {
  it('are sealed: the router gets nothing in the clear', async () => {
    const response = await post('/v1/chat/completions', QUESTION);
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('hello there') } }],
    });
    expect(Buffer.from(router.requests.at(-1)?.requestBody ?? []).toString()).not.toContain('hello there');
  });

  it('stream, and end with [DONE]', async () => {
    const response = await post('/v1/chat/completions', { ...QUESTION, stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect((await response.text()).trimEnd()).toMatch(/data: \[DONE\]$/u);
  });

  it('of Ollama come as lines of JSON, or as one object', async () => {
    const lines = (await (await post('/api/chat', QUESTION)).text())
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      model: 'm',
      done: true,
      done_reason: 'stop',
      eval_count: expect.any(Number),
    });
    const whole: unknown = await (await post('/api/chat', { ...QUESTION, stream: false })).json();
    expect(whole).toMatchObject({
      done: true,
      message: { role: 'assistant', content: expect.stringContaining('hello there') },
    });
    const error: unknown = await (await post('/api/chat', { model: 'm' })).json();
    expect(error).toEqual({ error: expect.any(String) });
  });

  it('take the tier from the header and from the body', async () => {
    await post('/v1/chat/completions', QUESTION, { ...bearer(), 'x-security-tier': 'high' });
    expect(router.requests.at(-1)?.headers['x-security-tier']).toBe('high');
    expect((await post('/v1/chat/completions', { ...QUESTION, security_tier: 'top' })).status).toBe(400);
  });

  it('are refused on paths that are not sealed', async () => {
    const response = await post('/v1/embeddings', { input: 'hello there' });
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { error: { code: 'ENDPOINT_NOT_SEALED' } },
    ]);
    expect((await fetch(`${gateway.url}/nowhere`, { headers: bearer() })).status).toBe(404);
  });

  it('with a forged answer are 403 with a code, after one request', async () => {
    router.setFail('flip-tag');
    const before = posts();
    const chat = await post('/v1/chat/completions', QUESTION);
    expect([chat.status, await chat.json()]).toMatchObject([
      403,
      { error: { code: 'DECRYPTION_FAILED', type: 'nomyo_security_error' } },
    ]);
    expect(chat.headers.get('x-should-retry')).toBe('false');
    expect(posts()).toBe(before + 1);
    const ollama = await post('/api/chat', QUESTION);
    expect([ollama.status, await ollama.json()]).toMatchObject([
      403,
      { error: expect.stringContaining('DECRYPTION_FAILED') },
    ]);
    router.setFail(undefined);
  });

  it('keep a cool-down without a request', async () => {
    const own = await startGateway(options());
    router.setFail('503-seconds:1800');
    expect((await post('/v1/chat/completions', QUESTION, bearer(own), own)).status).toBe(503);
    const before = posts();
    router.setFail(undefined);
    const second = await post('/v1/chat/completions', QUESTION, bearer(own), own);
    expect(second.status).toBe(503);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(1700);
    expect(posts()).toBe(before);
    await own.close();
  });

  it('end upstream when their client disconnects', async () => {
    router.setFail('never');
    const before = posts();
    const controller = new AbortController();
    const call = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: bearer(),
      body: JSON.stringify(QUESTION),
      signal: controller.signal,
    });
    await until(() => router.openConnections > 0);
    await new Promise((done) => setTimeout(done, 300));
    const open = router.openConnections;
    controller.abort();
    await expect(call).rejects.toThrow();
    await until(() => router.openConnections < open || posts() > before);
    router.setFail(undefined);
  });
});

describe('bounds', () => {
  const depth = 20_000;
  const nested = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  it.each([
    { what: 'half an object', body: '{"model":', status: 400 },
    { what: 'an array', body: '[]', status: 400 },
    { what: 'nothing', body: '', status: 400 },
    { what: 'deep nesting', body: nested, status: 400 },
    { what: 'brackets in strings only', body: JSON.stringify({ ...QUESTION, note: nested }), status: 200 },
    { what: '13 MiB', body: JSON.stringify({ ...QUESTION, pad: 'x'.repeat(13_631_488) }), status: 413 },
  ])('$what is answered with $status', async ({ body, status }) => {
    expect((await post('/v1/chat/completions', body)).status).toBe(status);
  });

  it('reject calls beyond the queue, with Retry-After', async () => {
    const own = await startGateway(options({ maxConcurrent: 1, maxQueue: 1 }));
    await own.ready();
    router.setFail('never');
    const ends = [new AbortController(), new AbortController()];
    const held = ends.map(({ signal }) =>
      fetch(`${own.url}/v1/chat/completions`, {
        method: 'POST',
        headers: bearer(own),
        body: JSON.stringify(QUESTION),
        signal,
      }).catch(() => undefined),
    );
    await until(async () =>
      (await (await fetch(`${own.url}/metrics`, { headers: bearer(own) })).text()).includes(
        'calls_waiting 1',
      ),
    );
    const third = await post('/v1/messages', QUESTION, bearer(own), own);
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await third.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    for (const end of ends) end.abort();
    await Promise.all(held);
    router.setFail(undefined);
    await until(async () =>
      (await (await fetch(`${own.url}/metrics`, { headers: bearer(own) })).text()).includes(
        'calls_running 0',
      ),
    );
    expect((await post('/v1/chat/completions', QUESTION, bearer(own), own)).status).toBe(200);
    await own.close();
  });

  it('refuse to listen beyond loopback without a token and TLS', async () => {
    await expect(startGateway(options({ host: '0.0.0.0' }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'host',
    });
  });

  it('apply to headers', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${gateway.url}/healthz`,
        { headers: { pad: 'x'.repeat(20_000) } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.once('error', reject);
      request.end();
    });
    expect(status).toBe(431);
  });
});

describe('metrics', () => {
  it('have at most 20 models, and no path or content', async () => {
    const own = await startGateway(options());
    for (let index = 0; index < 25; index += 1) {
      await post('/v1/chat/completions', { model: `model-${index}` }, bearer(own), own);
    }
    await fetch(`${own.url}/secret-path-name`, { headers: bearer(own) });
    const text = await (await fetch(`${own.url}/metrics`, { headers: bearer(own) })).text();
    expect(new Set([...text.matchAll(/model="([^"]*)"/gu)].map(([, model]) => model)).size).toBe(20);
    expect(text).not.toMatch(/secret-path-name|hello there/u);
    await own.close();
  });
});

describe('the end', () => {
  it('lets calls under way finish, and accepts no new ones', async () => {
    const own = await startGateway(options());
    await own.ready();
    router.setFail('drip:5');
    const call = post('/v1/chat/completions', QUESTION, bearer(own), own);
    await until(async () =>
      (await (await fetch(`${own.url}/metrics`, { headers: bearer(own) })).text()).includes(
        'calls_running 1',
      ),
    );
    const closed = own.close(60_000);
    expect((await call).status).toBe(200);
    router.setFail(undefined);
    await closed;
    await expect(post('/v1/chat/completions', QUESTION, bearer(own), own)).rejects.toThrow();
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20));
}
