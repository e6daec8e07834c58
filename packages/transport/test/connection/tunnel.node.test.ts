import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { inspect } from 'node:util';
import { APIConnectionError } from '../../src/errors/errors.js';
import type { HttpClient, HttpClientOptions } from '../../src/client/http.js';
import { createHttpClient } from '../../src/client/http.node.js';
import { createHttpClient as createWebClient } from '../../src/client/http.web.js';
import { Authority, pinOf, type Identity } from '../support/certificates.js';
import { runChild } from '../support/child.js';
import { always, answer, Peer, rejection, until, type Respond } from '../support/peer.js';
import { TestProxy, type ProxyOptions } from '../support/proxy.js';

/** Only the proxy knows where this is. */
const HOST = 'router.nomyo.invalid';

let authority: Authority;
let identity: Identity;
const open: { stop(): Promise<void> }[] = [];
const clients: HttpClient[] = [];

beforeAll(async () => {
  authority = await Authority.create();
  identity = await authority.issue({ names: [HOST, 'localhost'] });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

async function startPeer(respond: Respond = always(answer('from the router'))): Promise<Peer> {
  const peer = await Peer.start(respond, { tls: identity });
  open.push(peer);
  return peer;
}

async function startProxy(peer: Peer, options: ProxyOptions = {}): Promise<TestProxy> {
  const proxy = await TestProxy.start({ hosts: { [HOST]: peer.port }, ...options });
  open.push(proxy);
  return proxy;
}

function clientOf(options: HttpClientOptions): HttpClient {
  const client = createHttpClient({ ...options, tls: { ca: authority.pem, ...options.tls } });
  clients.push(client);
  return client;
}

async function ask(
  client: HttpClient,
  url = `https://${HOST}/x`,
  signal?: AbortSignal,
  timeout = 30_000,
): Promise<string> {
  const body = new TextEncoder().encode('the request');
  const headers = { Authorization: 'Bearer API-KEY' };
  const { body: bytes } = await client.send({
    method: 'POST',
    url: new URL(url),
    headers,
    body,
    signal,
    timeout,
    maxBytes: 1000,
  });
  return Buffer.from(bytes).toString();
}

describe.each<[string, () => ProxyOptions]>([
  ['an http: proxy', () => ({})],
  ['an https: proxy', () => ({ identity })],
])('through %s', (_, options) => {
  it('reaches the router, with TLS end to end, on kept connections', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, options());
    const client = clientOf({ proxy: proxy.url() });
    for (let i = 0; i < 3; i += 1) expect(await ask(client)).toBe('from the router');
    expect(peer.requests).toHaveLength(3);
    expect(proxy.asked.map(({ target }) => target)).toEqual([`${HOST}:443`]);
    expect(peer.connections).toBe(1);
    expect(proxy.others).toBe(0);
  });

  it('tells the proxy nothing of the request', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, options());
    await ask(clientOf({ proxy: proxy.url() }));
    expect(Object.keys(proxy.asked[0]?.headers ?? {}).sort()).toEqual(['connection', 'host']);
  });

  it('shows credentials only to the proxy', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, { ...options(), credentials: 'ann:pässword/1' });
    const url = proxy.url(`ann:${encodeURIComponent('pässword/1')}@`);
    expect(await ask(clientOf({ proxy: url }))).toBe('from the router');
    expect(peer.requests[0]?.head).not.toMatch(/proxy-/i);
  });

  it('reports wrong credentials once, without quoting them', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, { ...options(), credentials: 'ann:right' });
    const client = clientOf({ proxy: proxy.url('ann:SECRET-WORD@') });
    const error = await rejection(ask(client));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: false });
    expect((error as Error).message).toMatch(/407/);
    const text = inspect([error, client], { depth: 20, showHidden: true, getters: true });
    expect(text).not.toMatch(/SECRET-WORD|YW5uOlNFQ1JFVC1XT1JE|API-KEY/);
    expect(peer.connections).toBe(0);
  });

  it('closes everything with the client', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, options());
    const client = clientOf({ proxy: proxy.url() });
    await ask(client);
    client.close();
    await until(() => proxy.sockets.size === 0 && peer.sockets.size === 0);
  });

  it('keeps no process alive', async () => {
    const peer = await startPeer(always(answer('ok', { headers: ['Keep-Alive: timeout=60'] })));
    const proxy = await startProxy(peer, options());
    const input = {
      options: { tls: { ca: authority.pem }, proxy: proxy.url() },
      urls: [`https://${HOST}/x`],
    };
    expect(await runChild('send.mjs', input)).toEqual({
      status: 0,
      signal: null,
      stdout: '200\n',
      stderr: '',
    });
  });
});

describe('the router behind a proxy', () => {
  it('must have its own certificate: a proxy that answers itself is detected', async () => {
    const stranger = await Peer.start(always(answer('stolen')), {
      tls: await authority.issue({ names: ['other'] }),
    });
    open.push(stranger);
    const proxy = await startProxy(stranger);
    expect(await rejection(ask(clientOf({ proxy: proxy.url() })))).toMatchObject({ retryable: false });
    expect(stranger.bytes).toBe(0);
  });

  it('can be pinned', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, { identity: await authority.issue() });
    expect(await ask(clientOf({ proxy: proxy.url(), tls: { pins: [pinOf(identity)] } }))).toBe(
      'from the router',
    );
  });
});

describe('a proxy', () => {
  it('with an untrusted certificate is refused before it gets credentials', async () => {
    const peer = await startPeer();
    const other = await Authority.create('Other CA');
    const proxy = await startProxy(peer, { identity: await other.issue() });
    const error = await rejection(ask(clientOf({ proxy: proxy.url('ann:secret@') })));
    expect((error as Error).message).toMatch(/the proxy/);
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: false });
    expect(proxy.asked).toHaveLength(0);
  });

  it.each<[string, string | undefined, boolean]>([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nfake', false],
    [
      'answers as if it were the router',
      'HTTP/1.1 429 No\r\nContent-Length: 15\r\n\r\n{"detail":"no"}',
      false,
    ],
    ['redirects', 'HTTP/1.1 302 Found\r\nLocation: https://other/\r\n\r\n', false],
    ['cannot reach the router', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n', true],
    [
      'speaks before the router',
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake',
      false,
    ],
    ['speaks no HTTP', 'SSH-2.0-x\r\n', true],
    ['hangs up', '', true],
  ])('that %s is a connection error, and nothing was run', async (_, instead = '', retryable) => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, { instead });
    const error = await rejection(ask(clientOf({ proxy: proxy.url() })));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: false, retryable });
    expect((error as Error).message).toMatch(/proxy/);
    expect(peer.connections).toBe(0);
  });

  it('that is unreachable is named as the culprit', async () => {
    const error = await rejection(ask(clientOf({ proxy: 'http://127.0.0.1:1' })));
    expect((error as Error).message).toMatch(/the proxy.*ECONNREFUSED/);
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: true });
  });

  it('that does not answer is abandoned when the time is up or the caller aborts', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer, {
      instead: (socket) => void socket.resume().on('end', () => socket.end()),
    });
    const client = clientOf({ proxy: proxy.url() });
    const late = await rejection(ask(client, undefined, undefined, 200));
    expect(late).toMatchObject({ code: 'CONNECTION_TIMEOUT', possiblyExecuted: false });
    const before = proxy.asked.length;
    const controller = new AbortController();
    const pending = ask(client, undefined, controller.signal);
    await until(() => proxy.asked.length > before);
    controller.abort('mine');
    expect(await rejection(pending)).toBe('mine');
    await until(() => proxy.sockets.size === 0);
  });

  it('is not used for hosts in noProxy, nor for http:', async () => {
    const peer = await startPeer();
    const proxy = await startProxy(peer);
    expect(await ask(clientOf({ proxy: proxy.url(), noProxy: 'localhost' }), peer.url.href)).toBe(
      'from the router',
    );
    const plain = await Peer.start(always(answer('plain')));
    open.push(plain);
    expect(await ask(clientOf({ proxy: proxy.url() }), plain.url.href)).toBe('plain');
    expect(proxy.connections).toBe(0);
  });

  it('cannot be combined with a custom fetch, or used on the web', () => {
    expect(() => createHttpClient({ proxy: 'http://p', fetch })).toThrow(InvalidArgumentError);
    expect(() => createHttpClient({ tls: {}, fetch })).toThrow(InvalidArgumentError);
    expect(() => createWebClient({ proxy: 'http://p' })).toThrow(InvalidArgumentError);
    expect(() => createWebClient({ tls: {} })).toThrow(InvalidArgumentError);
    expect(() => createWebClient({ proxy: null })).not.toThrow();
  });
});
