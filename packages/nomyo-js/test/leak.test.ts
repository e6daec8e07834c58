import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FAIL_MODES, type FailModeName, type Router } from '@nomyo/router/testing';
import { NomyoError, SecureChatCompletion, type SecureChatCompletionConfig } from '../src/index.js';
import { connectProxy } from './connect-proxy.js';
import { look, MARKERS, secretsIn, shownOf, takeFindings } from './leaks.js';
import {
  cleanUp,
  client,
  later,
  lowLevelClient,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from './support.js';

afterEach(cleanUp);

/** The error that a call was rejected with: one of ours, which `cleanUp` has inspected. */
async function failure(config: SecureChatCompletionConfig, to: Router): Promise<NomyoError> {
  const error = await rejection(client(to, config).create(REQUEST));
  if (!(error instanceof NomyoError)) throw new Error(`no error of ours: ${String(error)}`);
  look('an error', error);
  return error;
}

/** A server that answers every request in one way. */
async function server(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const started = createServer(answer);
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  later(() => {
    started.closeAllConnections();
    started.close();
  });
  const address = started.address();
  return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
}

describe('the watch', () => {
  it.each<[string, (marker: string) => string]>([
    ['as it is', (marker) => `x${marker}x`],
    ['in hexadecimal', (marker) => Buffer.from(`x${marker}x`).toString('hex')],
    ['in base64', (marker) => Buffer.from(`x${marker}x`).toString('base64')],
    ['in base64, one byte further', (marker) => Buffer.from(`xx${marker}x`).toString('base64')],
    ['in base64, two bytes further', (marker) => Buffer.from(`xxx${marker}x`).toString('base64url')],
    ['in JSON', (marker) => JSON.stringify({ a: [`"${marker}\n`] })],
    ['in a URL', (marker) => encodeURIComponent(`/${marker}?`)],
  ])('finds a secret %s', (_, encode) => {
    expect(secretsIn(encode(MARKERS.apiKey))).toEqual(['apiKey']);
    expect(secretsIn(encode('nothing of the kind'))).toEqual([]);
  });

  it.each<[string, (secret: string) => unknown]>([
    ['in a message', (secret) => new Error(secret)],
    ['in a cause of a cause', (secret) => new Error('a', { cause: new Error('b', { cause: secret }) })],
    ['in a hidden property', (secret) => Object.defineProperty(new Error('a'), 'hidden', { value: secret })],
    ['under a symbol', (secret) => ({ [Symbol('s')]: secret })],
    [
      'behind a getter',
      (secret) => Object.defineProperty({}, 'get', { get: () => secret, enumerable: true }),
    ],
    ['deep inside', (secret) => ({ a: [{ b: new Map([[1, { c: new Set([secret]) }]]) }] })],
    ['in toJSON', (secret) => ({ toJSON: () => secret })],
  ])('finds a secret %s', (_, make) => {
    expect(secretsIn(shownOf(make(MARKERS.prompt)))).toEqual(['prompt']);
  });

  it('sees events, printed output, and errors of clients', async () => {
    channel('nomyo:retry').publish({ code: MARKERS.control });

    console.debug(MARKERS.control);
    const apiKey = (): never => {
      throw new Error(MARKERS.control);
    };
    await rejection(client(await router(), { apiKey }).create(REQUEST));
    expect(takeFindings()).toEqual([
      'the control is in the event nomyo:retry',
      'the control is in console.debug',
      'the control is in an error of SecureChatCompletion.create()',
    ]);
  });
});

describe('no secret is in', () => {
  it('the error of any failure of a router', async () => {
    const to = await router();
    const made = client(to, { timeout: 1000, serverKeyTtl: 0, maxRetries: 0 });
    const codes = new Set<string>();
    for (const mode of Object.keys(FAIL_MODES) as FailModeName[]) {
      to.setFail(mode);
      const error = await made.create(REQUEST).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      look(`the error of ${mode}`, error);
      if (error instanceof NomyoError) codes.add(error.code);
    }
    expect(codes.size).toBeGreaterThan(12);
  });

  it('the error of a router that echoes the request', async () => {
    const keyPem = await lowLevelClient(await router()).fetchServerPublicKey();
    const echo = await server(({ method, headers }, response) => {
      const { authorization = '', 'x-payload-id': id } = headers;
      if (method === 'GET') return response.end(keyPem);
      response.writeHead(401, { 'X-Echo': authorization });
      return response.end(
        JSON.stringify({ detail: { said: `${authorization} and ${String(id)}`, input: headers } }),
      );
    });
    const config = {
      baseUrl: echo,
      allowHttp: true,
      keyDir: null,
      keySize: 2048,
      apiKey: MARKERS.apiKey,
    } as const;
    const made = new SecureChatCompletion(config);
    later(() => made.dispose());
    const error = await rejection(made.create(REQUEST));
    expect(error).toMatchObject({ status: 401, headers: { 'x-echo': 'Bearer [API key]' } });
    expect(error).toMatchObject({
      errorDetails: { said: expect.stringMatching(/^Bearer \[API key\] and /) },
    });
  });

  it('the error of a broken connection to the router', async () => {
    const to = await router();
    const silent = createTcpServer((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    later(() => void silent.close());
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const proxy = await connectProxy(port);
    const credentials = `ann:${MARKERS.proxyPassword}@`;
    const configs: SecureChatCompletionConfig[] = [
      { tls: {} },
      { baseUrl: 'https://127.0.0.1:1' },
      { baseUrl: 'https://nowhere.invalid' },
      { baseUrl: `https://127.0.0.1:${String(port)}` },
      { proxy: proxy.url.replace('//', `//${credentials}`) },
      { proxy: `http://${credentials}127.0.0.1:1` },
      { proxy: `http://${credentials}127.0.0.1:${String(port)}` },
      { proxy: `https://${credentials}127.0.0.1:${String(port)}` },
      { serverKeyPins: [`sha256/${Buffer.alloc(32).toString('base64')}`] },
      { timeout: 1 },
    ];
    for (const config of configs) await failure(config, to);
    expect(() => client(to, { proxy: `socks5://${credentials}p:1` })).toThrow(NomyoError);
  });

  it('the refusal of an option, an argument or a call', async () => {
    const to = await router();
    const wrong: object[] = [
      { apiKey: `${MARKERS.apiKey}\n` },
      { apiKey: { key: MARKERS.apiKey } },
      { keyRotationPassword: { password: MARKERS.password } },
      { baseUrl: `https://ann:${MARKERS.password}@router.example` },
      { proxy: `http://ann:${MARKERS.proxyPassword}%ff@p` },
      { tls: { passphrase: MARKERS.password, cert: 'x', key: MARKERS.password } },
      { tls: { ca: MARKERS.password } },
    ];
    for (const config of wrong) {
      try {
        client(to, config);
        expect('accepted').toBe('refused');
      } catch (error) {
        look('a refusal', error);
        expect(error).toBeInstanceOf(NomyoError);
      }
    }
    const made = client(to, { policy: { allowedModels: ['another'] } });
    const requests: object[] = [
      REQUEST,
      { model: 'm', messages: MARKERS.prompt },
      { model: 'm', messages: [MARKERS.prompt] },
      { ...REQUEST, temperature: Number.NaN },
      { ...REQUEST, security_tier: MARKERS.prompt },
      { ...REQUEST, api_key: { key: MARKERS.apiKey } },
    ];
    for (const request of requests) {
      const error = await rejection(made.create(request as typeof REQUEST));
      look('a refused call', error);
      expect(error).toBeInstanceOf(NomyoError);
    }
  });

  it('a key directory, the names in it, or messages about it', async () => {
    const keyDir = temporaryDirectory();
    const to = await router();
    const options = { keyDir, keyRotationPassword: MARKERS.password, keyRotationRequests: 1 };
    const made = client(to, options);
    for (let i = 0; i < 3; i += 1) await made.create(REQUEST);
    look('a used client', made);
    made.dispose();
    const files = readdirSync(keyDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(2);
    for (const { name, parentPath } of files) {
      look('a file', [name, readFileSync(join(parentPath, name), 'latin1')]);
    }
    const wrongPassword = { keyDir, keyRotationPassword: `${MARKERS.password} but wrong` };
    expect(await failure(wrongPassword, to)).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
    writeFileSync(join(keyDir, 'private_key.pem'), MARKERS.password, { mode: 0o600 });
    expect(await failure(options, to)).toMatchObject({ code: 'KEY_FILE_INVALID' });
  });

  it('what is reported about an answer, whatever it says', async () => {
    const completion = {
      id: MARKERS.answer,
      object: 'chat.completion',
      created: 1,
      model: MARKERS.answer,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: MARKERS.answer } }],
    };
    const answers: [status: number, body: string][] = [
      [200, JSON.stringify(completion)],
      [200, JSON.stringify({ ...completion, choices: MARKERS.answer })],
      [200, MARKERS.answer],
    ];
    for (const [status, body] of answers) {
      const upstream = await server((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      const to = await router({ upstream });
      const made = client(to, { debug: true });
      const outcome = await made.create(REQUEST).catch((error: unknown) => look('an error', error));
      if (body === answers[0]?.[1]) expect(JSON.stringify(outcome)).toContain(MARKERS.answer);
      look('a client', made);
    }
  });
});
