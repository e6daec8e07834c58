// Faults of custom `fetch` functions. The contract itself is in http-contract.test.ts.
import { describe, expect, it } from '@jest/globals';
import { APIConnectionError } from '../../src/errors/errors.js';
import { FetchClient } from '../../src/fetch/fetch-client.js';
import { always, answer, Peer, rejection } from '../support/peer.js';

type Fetch = typeof globalThis.fetch;
const request = {
  method: 'POST',
  url: new URL('https://router.invalid/x'),
  headers: { Authorization: 'Bearer K' },
  timeout: 30_000,
  maxBytes: 100,
} as const;

describe('a fetch of the caller', () => {
  it('gets the request with every safeguard, and is called as a function', async () => {
    let seen: { self: unknown; init: RequestInit | undefined; input: unknown } | undefined;
    const fetch: Fetch = function (this: unknown, input, init) {
      seen = { self: this, init, input };
      return Promise.resolve(new Response('ok'));
    };
    await new FetchClient(fetch).send(request);
    expect(seen?.self).toBeUndefined();
    expect(seen?.input).toBe('https://router.invalid/x');
    expect(seen?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  });

  it('that ignores the signal is abandoned', async () => {
    const client = new FetchClient(() => new Promise(() => undefined));
    expect(await rejection(client.send({ ...request, timeout: 20 }))).toMatchObject({
      code: 'CONNECTION_TIMEOUT',
    });
    const body = new Uint8Array(10).fill(1);
    const pending = rejection(client.send({ ...request, body, signal: AbortSignal.timeout(20) }));
    expect(await pending).toMatchObject({ name: 'TimeoutError' });
    expect(body).toEqual(new Uint8Array(10));
  });

  it.each(['200 OK', '404 Not Found', '503 Service Unavailable'])(
    'that follows redirects anyway is detected, whatever it meets there: %s',
    async (status) => {
      const target = await Peer.start(always(answer('elsewhere', { status })));
      const headers = [`Location: ${target.url.href}`];
      const peer = await Peer.start(always(answer('', { status: '307 X', headers })));
      const following: Fetch = (input, init) => fetch(input, { ...init, redirect: 'follow' });
      const error = await rejection(new FetchClient(following).send({ ...request, url: peer.url }));
      expect(error).toMatchObject({ code: 'REDIRECT_REFUSED' });
      await Promise.all([peer.stop(), target.stop()]);
    },
  );

  it('that answers a redirect as a browser does is understood', async () => {
    const opaque = Object.defineProperties(new Response(null), {
      type: { value: 'opaqueredirect' },
      status: { value: 0 },
    });
    const error = await rejection(new FetchClient(() => Promise.resolve(opaque)).send(request));
    expect(error).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('whose error holds the request loses it there', async () => {
    const failure = Object.assign(new TypeError('fetch failed'), { request: { headers: request.headers } });
    const error = await rejection(new FetchClient(() => Promise.reject(failure)).send(request));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: true, retryable: true });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('Bearer');
    expect(inspect(error)).toContain('TypeError: fetch failed');
  });

  it.each([new Error('x'), 'a string', undefined, null, { code: 'ECONNREFUSED' }])(
    'that fails with %p is an error of the connection',
    async (reason: unknown) => {
      const rejected = Promise.resolve().then(() => {
        throw reason;
      });
      expect(await rejection(new FetchClient(() => rejected).send(request))).toBeInstanceOf(
        APIConnectionError,
      );
    },
  );

  it('may give an answer without a body', async () => {
    const client = new FetchClient(() => Promise.resolve(new Response(null, { status: 401 })));
    expect(await client.send(request)).toEqual({ status: 401, headers: {}, body: new Uint8Array() });
  });
});
