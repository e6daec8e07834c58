import { describe, expect, it } from '@jest/globals';
import { seal } from '../independent-client.js';
import { clientOf, detailOf, HELLO, useRouters } from '../support.js';
import { completionText, useUpstreams } from './upstream-server.js';

const start = useRouters();
const startUpstream = useUpstreams();

/** Numbers, escapes, order and spaces that a parser and a serialiser would change. */
const MEMBERS = [
  '"model":"upstream-model"',
  '"messages": [ {"role":"user","content":"caf\\u00e9 \\ud83d\\ude00 \\"}, {\\" [","n":1e2} ]',
  '"seed":12345678901234567890',
  '"temperature":1.0',
  '"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"2":{},"1":{"type":"string","default":"\\/"}},"required":["1"]}}}]',
  '"tool_choice":"auto"',
  '"10":true',
];

describe('the upstream', () => {
  it.each(['', '/v1', '/v1/', '/v1/chat/completions'])('is called at a base that ends in %j', async (end) => {
    const upstream = await startUpstream((response) => response.end(completionText('from the upstream')));
    const router = await start({ upstream: upstream.url + end });
    expect(await clientOf(router).complete(HELLO)).toMatchObject({
      id: 'chatcmpl-upstream',
      choices: [{ message: { content: 'from the upstream' } }],
    });
    expect(upstream.requests.map(({ path }) => path)).toEqual(['POST /v1/chat/completions']);
  });

  it('gets everything byte for byte, tools included, except stream', async () => {
    const upstream = await startUpstream((response) => response.end(completionText('ok')));
    const router = await start({ upstream: upstream.url });
    const client = clientOf(router);
    const streaming = [
      '"stream": true',
      '"str\\u0065am":true',
      '"stream_options": {"include_usage":[{"a":"}"}]}',
    ];
    const [first = '', ...others] = MEMBERS;
    const payload = `\n{ ${[first, ...streaming, ...others].join(' , ')}}\n`;
    expect((await client.post(seal(payload, await client.routerKey()))).status).toBe(200);
    const [forwarded] = upstream.requests;
    expect(forwarded?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(forwarded?.body ?? '')).toMatchObject({ stream: false });
    // White space before a comma belongs to the member before it.
    const expected = `{"stream":false,${[first, ...others].join(' ,')}}`;
    expect(forwarded?.body).toBe(expected);
  });

  it("gets its own API key and none of the client's headers", async () => {
    const upstream = await startUpstream((response) => response.end(completionText('ok')));
    const router = await start({
      upstream: upstream.url,
      upstreamApiKey: 'upstream-key',
      apiKeys: ['client-key'],
    });
    await clientOf(router, { apiKey: 'client-key', tier: 'high' }).complete(HELLO);
    const headers = upstream.requests[0]?.headers;
    expect(headers?.authorization).toBe('Bearer upstream-key');
    expect(JSON.stringify(headers)).not.toMatch(/client-key|x-public-key|x-security-tier|x-payload-id/u);
  });

  it('answers are sealed as they came', async () => {
    const text = '{ "choices":[], "big":12345678901234567890, "tool":"\\u00e9" }';
    const upstream = await startUpstream((response) => response.end(text));
    const client = clientOf(await start({ upstream: upstream.url }));
    expect(client.open((await client.send(HELLO)).body)).toBe(text);
  });
});

describe('a failing upstream', () => {
  it.each([
    [400, 400],
    [404, 400],
    [422, 400],
    [401, 500],
    [403, 500],
    [429, 429],
    [301, 500],
    [500, 500],
    [502, 502],
    [503, 502],
    [504, 504],
  ])('%d becomes %d, without its words', async (upstreamStatus, status) => {
    const upstream = await startUpstream((response) => {
      response.writeHead(upstreamStatus, { 'retry-after': '9', location: '/elsewhere' });
      response.end('{"error":{"message":"your prompt was: SECRET PROMPT"}}');
    });
    const answer = await clientOf(await start({ upstream: upstream.url })).send(HELLO);
    expect(answer.status).toBe(status);
    expect(detailOf(answer)).toContain(String(upstreamStatus));
    expect(answer.body.toString('utf8')).not.toContain('SECRET');
    expect(answer.headers['retry-after']).toBe([429, 502, 504].includes(status) ? '9' : undefined);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['data: {"choices":[]}\n\n', '<html></html>', '[]', '{"object":"error"}', ''])(
    'an answer that is not a completion is a 500: %j',
    async (text) => {
      const upstream = await startUpstream((response) => response.end(text));
      expect((await clientOf(await start({ upstream: upstream.url })).send(HELLO)).status).toBe(500);
    },
  );

  it('that is unreachable is a 503: certainly not run', async () => {
    const answer = await clientOf(await start({ upstream: 'http://127.0.0.1:1' })).send(HELLO);
    expect([answer.status, detailOf(answer)]).toEqual([503, 'the inference backend is away']);
  });

  it('that takes too long is a 504: it may have run', async () => {
    const upstream = await startUpstream(() => undefined);
    const router = await start({ upstream: upstream.url, upstreamTimeout: 100 });
    expect((await clientOf(router).send(HELLO)).status).toBe(504);
  });

  it('that closes without an answer is a 502: it may have run', async () => {
    const upstream = await startUpstream((response) => response.destroy());
    expect((await clientOf(await start({ upstream: upstream.url })).send(HELLO)).status).toBe(502);
  });

  it('that breaks off in the middle is a 502', async () => {
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"choices":', () => response.destroy());
    });
    expect((await clientOf(await start({ upstream: upstream.url })).send(HELLO)).status).toBe(502);
  });

  it('is dropped when the client goes away', async () => {
    let isLetGo: (() => void) | undefined;
    const letGo = new Promise<void>((resolve) => (isLetGo = resolve));
    const upstream = await startUpstream((response) => response.once('close', () => isLetGo?.()));
    const client = clientOf(await start({ upstream: upstream.url }));
    await expect(client.send(HELLO, {}, { deadlineMs: 300 })).rejects.toThrow('deadline');
    await letGo;
    expect(upstream.requests).toHaveLength(1);
  });
});
