import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APIConnectionError } from '../../src/errors/errors.js';
import type { HttpClient, HttpRequest } from '../../src/client/http.js';
import { createHttpClient } from '../../src/client/http.node.js';
import { Authority, type Identity } from '../support/certificates.js';
import { runChild } from '../support/child.js';
import { always, answer, Peer, rejection, until, type Received, type Respond } from '../support/peer.js';

let authority: Authority;
let identity: Identity;
let client: HttpClient;
const peers: Peer[] = [];

beforeAll(async () => {
  authority = await Authority.create();
  identity = await authority.issue();
});
beforeEach(() => {
  client = createHttpClient({ tls: { ca: authority.pem } });
});
afterEach(async () => {
  client.close();
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

async function start(respond: Respond, secure = true): Promise<Peer> {
  const peer = await Peer.start(respond, secure ? { tls: identity } : {});
  peers.push(peer);
  return peer;
}

const requestTo = (peer: Peer, text = 'hello', more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url: peer.url,
  headers: {},
  body: new TextEncoder().encode(text),
  timeout: 30_000,
  maxBytes: 1_000_000,
  ...more,
});

async function ask(peer: Peer, text = 'hello'): Promise<string> {
  return Buffer.from((await client.send(requestTo(peer, text))).body).toString();
}

const echo: Respond = ({ socket, body }) => void socket.write(answer(`answer to ${body.toString()}`));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ['https:', true],
  ['http:', false],
])('over %s', (_, secure) => {
  it('uses one connection for one request after another', async () => {
    const peer = await start(echo, secure);
    for (let i = 0; i < 10; i += 1) expect(await ask(peer, String(i))).toBe(`answer to ${String(i)}`);
    expect(peer.connections).toBe(1);
  });

  it('makes no header from credentials in a URL', async () => {
    const peer = await start(({ socket, head }) => void socket.write(answer(head)), secure);
    const url = new URL(peer.url);
    url.username = 'user';
    url.password = 'SECRET-9';
    const { body } = await client.send(requestTo(peer, 'hello', { url }));
    expect(Buffer.from(body).toString()).not.toMatch(/authorization|SECRET-9/iu);
  });

  it('shares the pool among 40 requests at a time', async () => {
    client = createHttpClient({ tls: { ca: authority.pem }, maxConnections: 8 });
    let active = 0;
    let most = 0;
    const peer = await start((received: Received) => {
      active += 1;
      most = Math.max(most, active);
      setTimeout(() => {
        active -= 1;
        echo(received);
      }, 20);
    }, secure);
    const texts = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(peer, String(i))));
    expect(texts).toEqual(Array.from({ length: 40 }, (_, i) => `answer to ${String(i)}`));
    expect(peer.connections).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(4);
  });
});

it('leaves the queue at once when aborted there, and sends nothing', async () => {
  client = createHttpClient({ tls: { ca: authority.pem }, maxConnections: 1 });
  const peer = await start(() => undefined);
  const [first, second] = [new AbortController(), new AbortController()];
  const running = rejection(client.send(requestTo(peer, 'first', { signal: first.signal })));
  await until(() => peer.requests.length === 1);
  const waiting = rejection(client.send(requestTo(peer, 'second', { signal: second.signal })));
  second.abort('no patience');
  expect(await waiting).toBe('no patience');
  first.abort('over');
  expect(await running).toBe('over');
  peer.respond = echo;
  expect(await ask(peer, 'third')).toBe('answer to third');
  expect(peer.requests.map(({ body }) => body.toString())).toEqual(['first', 'third']);
});

it('does not count time in the queue towards the attempt', async () => {
  client = createHttpClient({ tls: { ca: authority.pem }, maxConnections: 1 });
  // Together they take longer than the timeout of each.
  const peer = await start((received) => void setTimeout(() => echo(received), 700));
  const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
  const answers = texts.map((text) => client.send(requestTo(peer, text, { timeout: 3000 })));
  const bodies = (await Promise.all(answers)).map(({ body }) => Buffer.from(body).toString());
  expect(bodies).toEqual(texts.map((text) => `answer to ${text}`));
  expect(peer.requests).toHaveLength(texts.length);
});

it.each([0, -1, 1.5, Number.NaN, 65_536])('refuses a pool of %d connections', (maxConnections) => {
  expect(() => createHttpClient({ maxConnections })).toThrow(
    /^maxConnections must be an integer from 1 to 65535/,
  );
});

describe('an idle connection', () => {
  it('is closed by close()', async () => {
    const peer = await start(echo);
    await ask(peer);
    expect(peer.sockets.size).toBe(1);
    client.close();
    await until(() => peer.sockets.size === 0);
  });

  it('is not kept when its request ends after close()', async () => {
    const peer = await start((received) => void setTimeout(() => echo(received), 50));
    const pending = ask(peer);
    await until(() => peer.requests.length === 1);
    client.close();
    expect(await pending).toBe('answer to hello');
    await until(() => peer.sockets.size === 0);
  });

  it('that the server closed is not used again', async () => {
    const peer = await start(echo);
    await ask(peer);
    for (const socket of peer.sockets) socket.end();
    await until(() => peer.sockets.size === 0);
    expect(await ask(peer)).toBe('answer to hello');
    expect(peer.connections).toBe(2);
  });

  it('is closed before the server does, when it announces its timeout', async () => {
    const peer = await start(always(answer('ok', { headers: ['Keep-Alive: timeout=1'] })));
    await ask(peer);
    await until(() => peer.sockets.size === 0);
    await ask(peer);
    expect(peer.connections).toBe(2);
  });

  it('is closed when the server asks for it', async () => {
    const peer = await start(always(answer('ok', { headers: ['Connection: close'] })));
    await ask(peer);
    await until(() => peer.sockets.size === 0);
    await ask(peer);
    expect(peer.connections).toBe(2);
  });

  it('does not time out a later request on it, and is still closed afterwards', async () => {
    let slow = false;
    const peer = await start((received) => {
      const headers = ['Keep-Alive: timeout=3'];
      setTimeout(() => received.socket.write(answer('ok', { headers })), slow ? 2500 : 0);
    });
    await ask(peer);
    slow = true;
    expect(await ask(peer)).toBe('ok');
    expect(peer.connections).toBe(1);
    expect(peer.sockets.size).toBe(1);
    await until(() => peer.sockets.size === 0);
  });

  it.each([
    ['with the answer', 0],
    ['later', 50],
  ])('on which the server speaks unasked (%s) is not used', async (_, delay) => {
    const poison = answer('poison');
    const peer = await start((received) => {
      const { socket, connection } = received;
      if (connection > 1) {
        echo(received);
      } else if (delay === 0) {
        socket.write(Buffer.concat([answer('first'), poison]));
      } else {
        socket.write(answer('first'));
        setTimeout(() => socket.write(poison), delay);
      }
    });
    // The poison may reach the first request's connection before or after it is over: its answer or an error.
    const first = await ask(peer).catch((error: unknown) => error);
    if (first !== 'first') expect(first).toBeInstanceOf(APIConnectionError);
    await pause(100);
    for (const text of ['a', 'b', 'c']) expect(await ask(peer, text)).toBe(`answer to ${text}`);
  });
});

describe('a kept connection that breaks under a request', () => {
  it('fails it as possibly run, and it is never repeated here', async () => {
    const peer = await start(echo);
    await ask(peer);
    peer.respond = ({ socket }) => peer.reset(socket);
    const error = await rejection(ask(peer));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: true, retryable: true });
    expect(peer.requests).toHaveLength(2);
  });
});

it('refuses a 200 that ends with the connection: nobody can tell where', async () => {
  const peer = await start(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\n\r\nabc'));
  expect(await rejection(ask(peer))).toBeInstanceOf(APIConnectionError);
});

it('keeps no process alive, even without close()', async () => {
  const peer = await start(always(answer('ok', { headers: ['Keep-Alive: timeout=60'] })), false);
  const started = performance.now();
  const { status, signal, stdout, stderr } = await runChild('send.mjs', {
    options: {},
    urls: [peer.url, peer.url],
  });
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: '200\n200\n',
    stderr: '',
  });
  expect(peer.connections).toBe(1);
  expect(performance.now() - started).toBeLessThan(40_000);
});

it('keeps no process alive over TLS', async () => {
  const peer = await start(always(answer('ok', { headers: ['Keep-Alive: timeout=60'] })));
  const input = { options: { tls: { ca: authority.pem } }, urls: [peer.url] };
  expect(await runChild('send.mjs', input)).toEqual({ status: 0, signal: null, stdout: '200\n', stderr: '' });
});
