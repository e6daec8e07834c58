import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { startRouter, type RouterOptions } from '../../src/testing/index.js';
import { exchange, parseEnvelope } from './independent-client.js';
import { clientOf, HELLO, useRouters } from './support.js';

const start = useRouters();

describe('a call', () => {
  it.each([{ tls: true }, { tls: false }])(
    'is completed by a client that shares no code with it (%j)',
    async (options) => {
      const router = await start(options);
      const client = clientOf(router);
      const before = Math.floor(Date.now() / 1000);
      const answer = await client.send(HELLO);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/octet-stream');
      const { processed_at, ...envelope } = parseEnvelope(answer.body);
      expect(processed_at).toBeGreaterThanOrEqual(before);
      expect(envelope).toMatchObject({
        version: '1.0',
        algorithm: 'hybrid-aes256-rsa4096',
        key_algorithm: 'RSA-OAEP-SHA256',
        payload_algorithm: 'AES-256-GCM',
      });
      expect(JSON.parse(client.open(answer.body))).toMatchObject({
        object: 'chat.completion',
        model: 'test-model',
        choices: [{ index: 0, finish_reason: 'stop' }],
      });
    },
  );

  it('is answered to a key of 4096 bits by a key of 4096 bits', async () => {
    const router = await start({ keySize: 4096 });
    const client = clientOf(router, { keySize: 4096 });
    expect(await client.complete(HELLO)).toMatchObject({ object: 'chat.completion' });
    const sent = router.requests.at(-1);
    const wrapped = parseEnvelope(sent?.requestBody ?? new Uint8Array(0)).encrypted_aes_key;
    expect(Buffer.from(wrapped, 'base64')).toHaveLength(512);
  });

  it('works behind a path prefix, and only there', async () => {
    const router = await start({ prefix: '/nomyo/eu-1' });
    expect(router.url).toMatch(/\/nomyo\/eu-1$/u);
    expect(await clientOf(router).complete(HELLO)).toMatchObject({ object: 'chat.completion' });
    const { status } = await exchange({ url: `http://127.0.0.1:${String(router.port)}/pki/public_key` });
    expect(status).toBe(404);
  });

  it('is kept in requests as it went over the wire', async () => {
    const router = await start();
    const client = clientOf(router, { tier: 'maximum' });
    const answer = await client.send(HELLO);
    expect(router.requests).toMatchObject([
      { id: 1, method: 'GET', path: '/pki/public_key', status: 200 },
      { id: 2, method: 'POST', path: '/v1/chat/secure_completion', status: 200 },
    ]);
    const [, post] = router.requests;
    expect(post?.headers['x-security-tier']).toBe('maximum');
    expect(Buffer.from(post?.answerBody ?? [])).toEqual(answer.body);
    expect(Buffer.from(post?.requestBody ?? []).toString('utf8')).not.toContain('Hello');
    expect(post?.connection).toBe(2);
  });
});

describe('requests', () => {
  it('holds the latest within its limit', async () => {
    const router = await start({ keepRequests: 3 });
    for (let i = 0; i < 5; i += 1) await clientOf(router).routerKey();
    expect(router.requests.map(({ id }) => id)).toEqual([3, 4, 5]);
  });

  it('holds none when disabled', async () => {
    const seen: number[] = [];
    const router = await start({ keepRequests: 0, onRequest: ({ id }) => seen.push(id) });
    await clientOf(router).complete(HELLO);
    expect(router.requests).toEqual([]);
    expect(seen).toEqual([1, 2]);
  });
});

describe('rotateKey', () => {
  it('refuses envelopes to the old key and takes those to the new one', async () => {
    const router = await start();
    const client = clientOf(router);
    const [oldKey, oldFingerprint] = [await client.routerKey(), router.fingerprint];
    await router.rotateKey();
    expect(router.fingerprint).not.toBe(oldFingerprint);
    expect(await client.routerKey()).not.toBe(oldKey);
    expect(await client.routerKey()).toBe(router.publicKeyPem);
    expect(await client.complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });
});

describe('close', () => {
  it('ends a request that is under way, frees the port, and can be called twice', async () => {
    const router = await startRouter({ keySize: 2048, fail: 'never' });
    const answer = clientOf(router).send(HELLO);
    const ended = expect(answer).rejects.toThrow(/hang up|ECONNRESET/u);
    while (router.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await router.close();
    await ended;
    await router.close();
    const socket = connect(router.port, '127.0.0.1');
    const code = await new Promise((resolve) => {
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(code).toBe('ECONNREFUSED');
  });
});

describe('options', () => {
  it.each([
    [{ port: 70_000 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ prefix: 'v2' }, 'prefix'],
    [{ prefix: '/v2/' }, 'prefix'],
    [{ apiKeys: ['two words'] }, 'apiKeys'],
    [{ apiKeys: [''] }, 'apiKeys'],
    [{ upstream: 'ftp://127.0.0.1' }, 'upstream'],
    [{ upstream: 'http://user:secret@127.0.0.1' }, 'upstream'],
    [{ upstream: 'http://127.0.0.1', upstreamTimeout: 0 }, 'upstreamTimeout'],
    [{ upstream: 'http://127.0.0.1', upstreamApiKey: 'a\r\nb' }, 'upstreamApiKey'],
    [{ keepRequests: -1 }, 'keepRequests'],
    [{ apiKey: 'misspelt' }, 'apiKey'],
    [{ fail: 'nonsense' as '503' }, 'fail'],
  ])('%j is refused', async (options, argument) => {
    await expect(startRouter(options as RouterOptions)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument,
    });
  });

  it('refuses anything but a key', async () => {
    await expect(startRouter({ keyPem: 'no key' })).rejects.toMatchObject({ code: 'INVALID_KEY' });
  });

  it('refuses a port that is in use', async () => {
    const router = await start();
    await expect(startRouter({ port: router.port, keySize: 2048 })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
