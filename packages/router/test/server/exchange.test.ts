import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { open } from './client.js';
import { completion, event, type Script } from './model-server.js';
import { CHAT, http, post, REQUEST_TYPE, useStages } from './setup.js';

const stage = useStages();

/** A promise, and the function that keeps it. */
function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('a whole answer', () => {
  it('is opened by a client that shares no code with the router, and echoes the tier', async () => {
    const { ask, model } = await stage({ upstreamApiKey: 'upstream-key' });
    const answer = await ask({ body: CHAT, tier: 'high', apiKey: 'client-key' });
    expect(answer).toMatchObject({
      status: 200,
      contentType: 'application/json',
      tier: 'high',
      ended: 'end',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
    const [received] = model.received;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      body: JSON.stringify(CHAT),
    });
    expect(received?.headers.authorization).toBe('Bearer upstream-key');
    expect(JSON.stringify(received?.headers)).not.toContain('client-key');
  });

  it('has no tier when none was requested', async () => {
    const { ask } = await stage();
    expect((await ask({ body: CHAT })).tier).toBeUndefined();
  });

  it('is the same, byte for byte, for the same bytes; the model runs once', async () => {
    const { server, sealed, model, log } = await stage();
    const message = await sealed({ body: CHAT });
    const first = await post(server.url, message);
    const second = await post(server.url, message);
    expect(second.body.equals(first.body)).toBe(true);
    expect(model.received).toHaveLength(1);
    expect(log.join('\n')).toMatch(/"code":"resent"/u);
  });

  it('is finished and kept when its client goes away', async () => {
    const [asked, goOn] = [later(), later()];
    const { server, sealed, model } = await stage({}, async (_, response) => {
      asked.resolve();
      await goOn.promise;
      response.setHeader('content-type', 'application/json').end(completion('kept'));
    });
    const message = await sealed({ body: CHAT });
    const leave = new AbortController();
    const gone = post(server.url, message, { signal: leave.signal }).catch(() => 'gone');
    await asked.promise;
    leave.abort();
    expect(await gone).toBe('gone');
    const early = await post(server.url, message);
    expect([early.status, JSON.parse(early.body.toString())]).toEqual([
      409,
      { type: 'urn:nomyo:v2:replayed', status: 409 },
    ]);
    goOn.resolve();
    await model.received[0]?.closed;
    let answer = await post(server.url, message);
    while (answer.status !== 200) answer = await post(server.url, message);
    expect(open(answer.body, message).body).toContain('kept');
    expect(model.received).toHaveLength(1);
  });
});

describe('a second request with the same id', () => {
  it('that was sealed again is a sealed 409, and is not run', async () => {
    const { ask, model } = await stage();
    const requestId = randomBytes(16);
    await ask({ body: CHAT, requestId });
    const again = await ask({ body: CHAT, requestId });
    expect([again.status, again.code]).toEqual([409, 'duplicate']);
    expect(model.received).toHaveLength(1);
  });

  it('of another API key is another request', async () => {
    const { ask, model } = await stage();
    const requestId = randomBytes(16);
    await ask({ body: CHAT, requestId, apiKey: 'first' });
    expect((await ask({ body: CHAT, requestId, apiKey: 'second' })).status).toBe(200);
    expect(model.received).toHaveLength(2);
  });
});

describe('a stream', () => {
  const STREAM = { ...CHAT, stream: true };

  it('comes frame by frame, and ends with END', async () => {
    const { ask } = await stage();
    const answer = await ask({ body: STREAM, tier: 'maximum' });
    expect(answer).toMatchObject({
      status: 200,
      contentType: 'text/event-stream',
      tier: 'maximum',
      ended: 'end',
    });
    expect(answer.body).toBe(`${['one', 'two', 'three'].map(event).join('')}data: [DONE]\n\n`);
    expect(answer.frames.filter(({ type }) => type === 2).length).toBeGreaterThanOrEqual(3);
  });

  it('gives its first event while the model still writes', async () => {
    const goOn = later();
    const { server, sealed } = await stage({}, async (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write(event('first'));
      await goOn.promise;
      response.end('data: [DONE]\n\n');
    });
    const message = await sealed({ body: STREAM });
    const answer = await post(server.url, message, {
      onData: (soFar) => {
        if (open(soFar, message).body.includes('first')) goOn.resolve();
      },
    });
    expect(open(answer.body, message)).toMatchObject({ ended: 'end' });
  });

  it('that the model aborts ends with ABORT, never with END', async () => {
    const { ask } = await stage({}, (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write(`${event('first')}data: [DONE]\n\n`, () => response.destroy());
    });
    const answer = await ask({ body: STREAM, tier: 'high' });
    expect(answer).toMatchObject({ ended: 'abort', status: 502, code: 'upstream_broken', tier: 'high' });
    expect(answer.body).toContain('first');
  });

  it('ends the model when its client goes away, and is not run again', async () => {
    const started = later();
    const { server, sealed, model } = await stage({}, (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write(event('first'), () => started.resolve());
    });
    const message = await sealed({ body: STREAM });
    const leave = new AbortController();
    const gone = post(server.url, message, { signal: leave.signal }).catch(() => undefined);
    await started.promise;
    leave.abort();
    await gone;
    await model.received[0]?.closed;
    expect((await post(server.url, message)).status).not.toBe(500);
    expect(model.received).toHaveLength(1);
  });

  it('is resent byte for byte when it was small enough to keep', async () => {
    const { server, sealed, model } = await stage();
    const message = await sealed({ body: STREAM });
    const first = await post(server.url, message);
    expect((await post(server.url, message)).body.equals(first.body)).toBe(true);
    expect(model.received).toHaveLength(1);
  });

  it('of a client that does not read stops the model: memory stays bounded', async () => {
    let written = 0;
    const piece = event('x'.repeat(64 * 1024));
    const pump: Script = async (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      for (let i = 0; i < 2_000 && !response.destroyed; i += 1) {
        written += piece.length;
        if (!response.write(piece)) {
          await new Promise<void>((resolve) => {
            response.once('drain', resolve).once('close', resolve);
          });
        }
      }
      response.end();
    };
    const { server, sealed } = await stage({}, pump);
    const message = await sealed({ body: STREAM });
    const leave = new AbortController();
    const { request } = await import('node:http');
    const sent = request(`${server.url}/v2/${message.keyId}`, {
      method: 'POST',
      headers: REQUEST_TYPE,
      signal: leave.signal,
    });
    sent.on('error', () => undefined);
    sent.on('response', (answer) => answer.pause().on('error', () => undefined));
    sent.end(message.message);
    // The count of written bytes stops growing once every buffer on the way is full.
    let before = -1;
    while (before !== written || written === 0) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(written).toBeLessThan(100 * 1024 * 1024);
    leave.abort();
  });
});

describe('sealed refusals', () => {
  it.each([
    [{ path: '/v1/embeddings', body: CHAT }, 404, 'not_found'],
    [{ path: '/v1/chat/completions', method: 'GET' }, 400, 'method_not_allowed'],
    [{ body: 'no object' }, 400, 'invalid_request'],
    [{ body: { messages: [] } }, 400, 'invalid_request'],
    [{ body: { model: 'm', stream: 'yes' } }, 400, 'invalid_request'],
  ])('%j', async (ask, status, code) => {
    const { ask: send, model, log } = await stage();
    const answer = await send({ ...ask, tier: 'high' });
    expect([answer.status, answer.code, answer.tier, answer.ended]).toEqual([status, code, 'high', 'end']);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
    expect(model.received).toHaveLength(0);
    expect(log.join('\n')).not.toContain('embeddings');
  });
});

describe('a failing upstream', () => {
  it.each([
    [400, 400, 'invalid_request'],
    [404, 404, 'not_found'],
    [401, 500, 'upstream_credentials'],
    [429, 429, 'upstream_rate_limit'],
    [500, 502, 'upstream_error'],
    [503, 502, 'upstream_error'],
    [504, 504, 'upstream_timeout'],
  ])('%d becomes a sealed %d', async (upstream, status, code) => {
    const { ask } = await stage({}, (_, response) => {
      response.writeHead(upstream, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end('{"error":{"message":"too many tokens"}}');
    });
    const answer = await ask({ body: CHAT });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.retryAfter).toBe(status === 429 ? 7 : undefined);
    expect(answer.body.includes('too many tokens')).toBe(status === 400 || status === 404);
  });

  it('that is unreachable is a sealed 503: nothing ran', async () => {
    const { ask, model } = await stage();
    await model.close();
    const answer = await ask({ body: CHAT });
    expect([answer.status, answer.code, answer.retryAfter]).toEqual([503, 'upstream_unreachable', 2]);
  });

  it('that breaks off is a sealed 502: something may have run', async () => {
    const { ask } = await stage({}, (_, response) => void response.destroy());
    expect(await ask({ body: CHAT })).toMatchObject({ status: 502, code: 'upstream_broken', ended: 'end' });
  });
});

describe('models', () => {
  it('are listed sealed', async () => {
    const { ask } = await stage();
    const answer = await ask({ method: 'GET', path: '/v1/models' });
    expect(JSON.parse(answer.body)).toEqual({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] });
  });

  it('are only those that the tier may use', async () => {
    const { ask, model, server } = await stage();
    const tiers = new Map([['high' as const, { upstream: model.url, models: ['large'] }]]);
    await server.close();
    const other = await stage({ tiers });
    const list = await other.ask({ method: 'GET', path: '/v1/models', tier: 'high' });
    expect(JSON.parse(list.body)).toEqual({ object: 'list', data: [{ id: 'large' }] });
    expect(await other.ask({ body: CHAT, tier: 'high' })).toMatchObject({
      status: 403,
      code: 'model_not_allowed',
    });
    expect(await other.ask({ body: CHAT, tier: 'maximum' })).toMatchObject({
      status: 403,
      code: 'tier_not_offered',
    });
    expect(await ask({ body: CHAT }).catch(() => 'closed')).toBe('closed');
  });
});

describe('refusals in the clear', () => {
  it('hold a code and nothing more', async () => {
    const { server, sealed, model } = await stage();
    const message = await sealed({ body: CHAT });
    const flipped = Buffer.from(message.message);
    flipped[flipped.byteLength - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const old = await sealed({ body: CHAT, timestamp: Math.floor(Date.now() / 1000) - 200 });
    const cases: [Buffer, string, string, number][] = [
      [flipped, message.keyId, 'unopenable', 400],
      [message.message.subarray(0, -1), message.keyId, 'truncated', 400],
      [Buffer.concat([message.message, Buffer.from('x')]), message.keyId, 'malformed', 400],
      [old.message, old.keyId, 'clock', 400],
      [message.message, '0'.repeat(32), 'malformed', 400],
    ];
    for (const [body, keyId, code, status] of cases) {
      const answer = await post(server.url, { ...message, keyId, message: body });
      expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
        status,
        'application/problem+json',
        JSON.stringify({ type: `urn:nomyo:v2:${code}`, status }),
      ]);
    }
    expect(model.received).toHaveLength(0);
  });

  it('include any other path, and any other method', async () => {
    const { server } = await stage();
    const statuses = await Promise.all(
      [
        { url: `${server.url}/v1/models` },
        { url: `${server.url}/pki/public_key` },
        { url: `${server.url}/metrics` },
        { url: `${server.url}/v2/keys`, method: 'POST' },
        { url: `${server.url}/v2/keys`, method: 'OPTIONS' },
      ].map(async (call) => (await http(call)).status),
    );
    expect(statuses).toEqual([404, 404, 404, 405, 204]);
  });
});
