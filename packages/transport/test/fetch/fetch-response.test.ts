// Answers of a `fetch` that falls short of the standard: node-fetch 2, another realm, a test double.
import { describe, expect, it } from '@jest/globals';
import { PassThrough, Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { APIConnectionError } from '../../src/errors/errors.js';
import { createHttpClient } from '../../src/client/http.node.js';
import { rejection } from '../support/peer.js';

const KEY = 'API-KEY-MARKER-1234';

async function answerOf(response: unknown): Promise<string> {
  const client = createHttpClient({ fetch: () => Promise.resolve(response as Response) });
  const { body } = await client.send({
    method: 'POST',
    url: new URL('https://router.invalid/'),
    headers: { Authorization: `Bearer ${KEY}` },
    timeout: 30_000,
    maxBytes: 1000,
  });
  return Buffer.from(body).toString();
}

const head = { status: 200, headers: new Headers() };
const through = (): PassThrough => {
  const stream = new PassThrough();
  stream.end(Buffer.from('an answer'));
  return stream;
};

describe('the body of an answer', () => {
  it.each([
    ['a Node stream', () => ({ ...head, body: through() })],
    ['a Node stream of text', () => ({ ...head, body: Readable.from(['an ', 'answer']) })],
    ['a web stream', () => ({ ...head, body: new Response('an answer').body })],
    [
      'an arrayBuffer() alone',
      () => ({ ...head, arrayBuffer: () => new Response('an answer').arrayBuffer() }),
    ],
    [
      'bytes of another realm',
      () => ({
        ...head,
        body: Readable.from([
          runInNewContext(`new Uint8Array([...'an answer'].map((c) => c.charCodeAt(0)))`),
        ]),
      }),
    ],
  ])('may be %s', async (_, response) => {
    expect(await answerOf(response())).toBe('an answer');
  });

  it.each([
    ['text', { ...head, body: 'an answer' }],
    ['a stream of numbers', { ...head, body: Readable.from([1, 2]) }],
  ])('that is %s is refused with a typed error', async (_, response) => {
    const error = await rejection(answerOf(response));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ retryable: false, possiblyExecuted: true });
  });
});

it('headers may be a plain object, or a Map', async () => {
  const declared = { status: 200, body: through(), headers: { 'Content-Length': '10' } };
  expect(await rejection(answerOf(declared))).toMatchObject({
    message: expect.stringMatching(/declared length/),
  });
  const map = { status: 200, body: through(), headers: new Map([['Content-Length', '9']]) };
  expect(await answerOf(map)).toBe('an answer');
});

it('http: to another machine is refused: a fetch does not reveal where it connects', async () => {
  let called = 0;
  const fetch = (): Promise<Response> => {
    called += 1;
    return Promise.resolve(new Response('ok'));
  };
  const request = { method: 'GET', headers: {}, timeout: 1000, maxBytes: 10 } as const;
  const url = new URL('http://router.test/');
  expect(await rejection(createHttpClient({ fetch }).send({ ...request, url }))).toMatchObject({
    code: 'INSECURE_URL',
  });
  expect(called).toBe(0);
  await createHttpClient({ fetch, allowRemoteHttp: true }).send({ ...request, url });
  await createHttpClient({ fetch }).send({ ...request, url: new URL('http://localhost/') });
  expect(called).toBe(2);
});

it('an error of a fetch never shows the API key', async () => {
  const client = createHttpClient({
    fetch: (_, init) => Promise.reject(new Error(`no match for ${JSON.stringify(init?.headers)}`)),
  });
  const headers = { Authorization: `Bearer ${KEY}`, 'X-Gateway-Key': 'GATEWAY-MARKER' };
  const url = new URL('https://router.invalid/');
  const error = await rejection(client.send({ method: 'POST', url, headers, timeout: 1000, maxBytes: 10 }));
  const { inspect } = await import('node:util');
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/MARKER/);
});
