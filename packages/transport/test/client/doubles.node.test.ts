/** Doubles that users put in the place of `node:http` and `node:https` see the requests of this package. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import nock from 'nock';
import { createHttpClient } from '../../src/client/create-http-client.js';
import type { HttpClient, HttpRequest } from '../../src/client/http.js';
import { rejection } from '../support/peer.js';

const clients: HttpClient[] = [];
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function client(): HttpClient {
  const made = createHttpClient();
  clients.push(made);
  return made;
}

const SEALED = 'a sealed request';

const request = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url: new URL(url),
  headers: { 'X-Payload-ID': 'the-id' },
  body: new TextEncoder().encode(SEALED),
  timeout: 10_000,
  maxBytes: 1000,
  ...more,
});

const text = (body: Uint8Array): string => new TextDecoder().decode(body);

const URLS = ['https://router.example/v1/x', 'http://localhost:9/v1/x'];

describe.each(URLS)('nock in the place of %s', (url) => {
  const scope = (): nock.Scope => {
    nock.disableNetConnect();
    cleanups.push(() => {
      nock.cleanAll();
      nock.enableNetConnect();
      nock.restore();
    });
    if (!nock.isActive()) nock.activate();
    return nock(new URL(url).origin);
  };

  it('gets the request and gives its answer, repeatedly', async () => {
    const mocked = scope()
      .post('/v1/x', SEALED, { reqheaders: { 'x-payload-id': 'the-id' } })
      .times(2)
      .reply(200, 'an answer');
    const made = client();
    for (const _ of [1, 2]) expect(text((await made.send(request(url))).body)).toBe('an answer');
    expect(mocked.isDone()).toBe(true);
  });

  it('gives an error of the connection', async () => {
    scope()
      .post('/v1/x')
      .replyWithError(Object.assign(new Error('broken'), { code: 'ECONNRESET' }));
    expect(await rejection(client().send(request(url)))).toMatchObject({ code: 'CONNECTION_FAILED' });
  });
});

describe.each(URLS)('msw in the place of %s', (url) => {
  it('gets the request and gives its answer, repeatedly', async () => {
    const seen: string[] = [];
    const server = setupServer(
      http.post(url, async ({ request: arrived }) => {
        seen.push(`${arrived.headers.get('x-payload-id') ?? ''} ${await arrived.text()}`);
        return HttpResponse.text('an answer');
      }),
    );
    server.listen({ onUnhandledRequest: 'error' });
    cleanups.push(() => server.close());
    const made = client();
    for (const _ of [1, 2]) expect(text((await made.send(request(url))).body)).toBe('an answer');
    expect(seen).toEqual([`the-id ${SEALED}`, `the-id ${SEALED}`]);
  });
});
