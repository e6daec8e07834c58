// One contract for every client: Node's own modules, with TLS and without, and fetch (over TCP: Node's takes no
// authority of one's own).
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DisposedError, InvalidArgumentError, SecurityError } from '@nomyo/base';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { APIConnectionError, APIConnectionTimeoutError } from '../../src/errors/errors.js';
import type { HttpClient, HttpRequest } from '../../src/client/http.js';
import { createHttpClient as createNodeClient } from '../../src/client/http.node.js';
import { createHttpClient as createWebClient } from '../../src/client/http.web.js';
import { Authority, type Identity } from '../support/certificates.js';
import { always, answer, Peer, rejection, until, type PeerOptions, type Respond } from '../support/peer.js';

let authority: Authority;
let identity: Identity;

beforeAll(async () => {
  authority = await Authority.create();
  identity = await authority.issue();
});

const CLIENTS = [
  {
    name: 'node:https',
    create: (): HttpClient => createNodeClient({ tls: { ca: authority.pem } }),
    peer: (): PeerOptions => ({ tls: identity }),
  },
  {
    name: 'node:http',
    create: (): HttpClient => createNodeClient(),
    peer: (): PeerOptions => ({}),
  },
  {
    name: 'fetch',
    create: (): HttpClient => createWebClient(),
    peer: (): PeerOptions => ({}),
  },
  {
    name: 'fetch of the caller, on Node',
    create: (): HttpClient => createNodeClient({ fetch: (input, init) => fetch(input, init) }),
    peer: (): PeerOptions => ({}),
  },
] as const;

/** Different bytes, none of them 0. */
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i % 251) + 1;
  return bytes;
}

const isZero = (bytes: Uint8Array): boolean => Buffer.from(bytes).equals(Buffer.alloc(bytes.byteLength));

describe.each(CLIENTS)('$name', ({ create, peer: peerOptions }) => {
  let client: HttpClient;
  const peers: Peer[] = [];

  const start = async (respond: Respond, options: PeerOptions = {}): Promise<Peer> => {
    const peer = await Peer.start(respond, { ...peerOptions(), ...options });
    peers.push(peer);
    return peer;
  };
  const request = (peer: Peer, more: Partial<HttpRequest> = {}): HttpRequest => ({
    method: 'POST',
    url: peer.url,
    headers: { 'X-Test': 'yes' },
    body: bytesOf(1000),
    timeout: 30_000,
    maxBytes: 100_000,
    ...more,
  });

  beforeEach(() => {
    client = create();
  });
  afterEach(async () => {
    client.close();
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('sends a request unchanged and returns the whole answer', async () => {
    const peer = await start(always(answer('the answer', { headers: ['X-Answer: 1', 'Set-Cookie: a=b'] })));
    const response = await client.send(request(peer));
    expect(response.status).toBe(200);
    expect(Buffer.from(response.body).toString()).toBe('the answer');
    expect(response.headers).toMatchObject({ 'x-answer': '1', 'content-length': '10' });
    expect(response.headers).not.toHaveProperty('set-cookie');
    const [received] = peer.requests;
    expect(received?.head).toMatch(/^POST \/x HTTP\/1\.1\r\n/);
    expect(received?.head).toMatch(/^x-test: yes$/im);
    expect(received?.head).not.toMatch(/^accept-encoding: (?!identity)/im);
    expect(received?.head).not.toMatch(/^(cookie|referer|transfer-encoding):/im);
    expect(received?.body.equals(Buffer.from(bytesOf(1000)))).toBe(true);
  });

  it('sends a GET without a body', async () => {
    const peer = await start(always(answer('key')));
    const response = await client.send(request(peer, { method: 'GET', body: undefined }));
    expect(Buffer.from(response.body).toString()).toBe('key');
    expect(peer.requests[0]?.head).toMatch(/^GET \/x HTTP\/1\.1/);
    expect(peer.requests[0]?.head).not.toMatch(/^content-length:/im);
  });

  it.each([400, 401, 404, 429, 500, 503])('returns the body of a %d', async (status) => {
    const peer = await start(always(answer('{"detail":"no"}', { status: `${status} X` })));
    const response = await client.send(request(peer));
    expect(response.status).toBe(status);
    expect(Buffer.from(response.body).toString()).toBe('{"detail":"no"}');
  });

  it('reads a chunked answer', async () => {
    const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n';
    const peer = await start(always(chunks));
    expect(Buffer.from((await client.send(request(peer))).body).toString()).toBe('abcdefg');
  });

  describe('the request body', () => {
    it.each([0, 1, 65_537, 5_000_000])(
      'of %d bytes arrives whole, and is wiped when the answer is there',
      async (length) => {
        const peer = await start(always(answer()));
        const body = bytesOf(length);
        await client.send(request(peer, { body }));
        expect(isZero(body)).toBe(true);
        expect(peer.requests[0]?.body.equals(Buffer.from(bytesOf(length)))).toBe(true);
      },
    );

    it('is left alone on request', async () => {
      const peer = await start(always(answer()));
      const body = bytesOf(100);
      await client.send(request(peer, { body, wipeBody: false }));
      expect(body).toEqual(bytesOf(100));
    });

    it.each<[string, (peer: Peer) => Partial<HttpRequest>]>([
      ['a wrong argument', () => ({ timeout: 0 })],
      ['a refused connection', () => ({ url: new URL('http://127.0.0.1:1/x') })],
      ['an unknown host', () => ({ url: new URL('http://nomyo.invalid/x') })],
      ['an abort before', () => ({ signal: AbortSignal.abort() })],
      ['a timeout', (peer) => ({ url: peer.url, timeout: 100 })],
    ])('is wiped after %s', async (_, more) => {
      const peer = await start(() => undefined);
      const body = bytesOf(1000);
      await rejection(client.send(request(peer, { body, ...more(peer) })));
      expect(isZero(body)).toBe(true);
    });

    it('is wiped after an answer that came before it was sent, and not under the socket', async () => {
      const seen: Buffer[] = [];
      const peer = await start(
        ({ socket }) => {
          socket.pause();
          socket.write(answer('too early', { status: '401 No' }));
          socket.on('data', (chunk: Buffer) => void seen.push(chunk)).pause();
        },
        { early: true },
      );
      const body = bytesOf(20_000_000);
      const result = await client.send(request(peer, { body })).catch((error: unknown) => error);
      // An answer, or the reset that comes after it: nothing else.
      if (!(result instanceof APIConnectionError)) expect(result).toMatchObject({ status: 401 });
      expect(isZero(body)).toBe(true);
      for (const socket of peer.sockets) socket.resume();
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(Buffer.concat(seen).includes(0)).toBe(false);
    });

    it('is never zero on the wire, even when the upload is cut', async () => {
      const seen: Buffer[] = [];
      const peer = await start(() => undefined);
      peer.respond = ({ socket }) => void socket.on('data', (chunk: Buffer) => void seen.push(chunk));
      const controller = new AbortController();
      const body = bytesOf(8_000_000);
      const pending = client.send(request(peer, { body, signal: controller.signal }));
      await until(() => peer.bytes > 100_000);
      controller.abort();
      await rejection(pending);
      expect(isZero(body)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(Buffer.concat(seen).includes(0)).toBe(false);
    });
  });

  describe('redirects', () => {
    it.each([300, 301, 302, 303, 304, 307, 308, 399])(
      '%d is refused, and the request goes nowhere else',
      async (status) => {
        const other = await start(always(answer('stolen')));
        const location = `Location: ${other.url.href}`;
        const peer = await start(always(answer('', { status: `${status} Elsewhere`, headers: [location] })));
        const error = await rejection(client.send(request(peer)));
        expect(error).toBeInstanceOf(SecurityError);
        expect(error).toMatchObject({ code: 'REDIRECT_REFUSED' });
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(other.connections).toBe(0);
      },
    );
  });

  describe('the deadline', () => {
    it.each<[string, Respond]>([
      ['no answer at all', () => undefined],
      ['headers that never end', ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nX-A: b\r\n')],
      [
        'a body that never ends',
        ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
      ],
      ['a body in drops', ({ socket }) => drip(socket)],
      ['interim answers for ever', ({ socket }) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', '')],
    ])('ends %s', async (_, respond) => {
      const peer = await start(respond);
      const body = bytesOf(1000);
      const error = await rejection(client.send(request(peer, { body, timeout: 300 })));
      expect(error).toBeInstanceOf(APIConnectionTimeoutError);
      expect(error).toMatchObject({ code: 'CONNECTION_TIMEOUT', retryable: true });
      if (peer.requests.length > 0) expect(error).toMatchObject({ possiblyExecuted: true });
      expect(isZero(body)).toBe(true);
      await until(() => peer.isCutOff);
    });

    it('leaves no timer and no listener behind', async () => {
      const peer = await start(always(answer()));
      const controller = new AbortController();
      for (let i = 0; i < 20; i += 1) await client.send(request(peer, { signal: controller.signal }));
      controller.abort();
      expect((await client.send(request(peer))).status).toBe(200);
    });
  });

  describe('an abort by the caller', () => {
    const reasons = [new Error('mine'), 'a string', undefined] as const;

    it.each(reasons)('before anything rejects with the reason (%p)', async (reason) => {
      const peer = await start(always(answer()));
      const signal = AbortSignal.abort(reason);
      expect(await rejection(client.send(request(peer, { signal })))).toBe(signal.reason);
      expect(peer.connections).toBe(0);
    });

    it.each<[string, Respond]>([
      ['while it waits for headers', () => undefined],
      ['while it reads the body', ({ socket }) => drip(socket)],
    ])('%s rejects with the reason and closes the socket', async (_, respond) => {
      const peer = await start(respond);
      const controller = new AbortController();
      const pending = client.send(request(peer, { signal: controller.signal }));
      await until(() => peer.requests.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await rejection(pending)).toBe(reason);
      await until(() => peer.isCutOff);
    });

    it('while it connects rejects with the reason', async () => {
      const peer = await start(always(answer()));
      const controller = new AbortController();
      const pending = client.send(request(peer, { signal: controller.signal }));
      controller.abort('now');
      expect(await rejection(pending)).toBe('now');
    });
  });

  describe('the size limit', () => {
    it('accepts a body that just fits', async () => {
      const peer = await start(always(answer(Buffer.alloc(5000, 1))));
      expect((await client.send(request(peer, { maxBytes: 5000 }))).body.byteLength).toBe(5000);
    });

    it('refuses a declared length at once', async () => {
      const peer = await start(
        ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n'),
      );
      const error = await rejection(client.send(request(peer, { maxBytes: 5000 })));
      expect(error).toBeInstanceOf(SecurityError);
      expect(error).toMatchObject({ code: 'BODY_TOO_LARGE' });
      await until(() => peer.isCutOff);
    });

    it('cuts off an unexpected body', async () => {
      const head = 'HTTP/1.1 204 No Content\r\nContent-Length: 60000\r\n\r\n';
      const peer = await start(({ socket }) => void socket.write(head + 'b'.repeat(60_000)));
      const error = await rejection(client.send(request(peer, { maxBytes: 5000 })));
      // Taken for the next answer, it would be unasked for.
      expect(error).toMatchObject({ code: expect.stringMatching(/BODY_TOO_LARGE|CONNECTION_FAILED/) });
      await until(() => peer.isCutOff);
    });

    it('cuts off an endless body', async () => {
      const peer = await start(({ socket }) => endless(socket));
      const error = await rejection(client.send(request(peer, { maxBytes: 50_000 })));
      expect(error).toMatchObject({ code: 'BODY_TOO_LARGE' });
      await until(() => peer.isCutOff);
    });
  });

  describe('a broken answer is never a short one:', () => {
    const cut: readonly (readonly [string, string])[] = [
      ['closed before any byte', ''],
      ['closed in the status line', 'HTTP/1.1 20'],
      ['closed in the headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
      ['fewer bytes than declared', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
      ['no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
      ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30\r\nabc'],
    ];

    it.each(cut)('%s', async (_, bytes) => {
      const peer = await start(({ socket }) => void socket.end(bytes));
      const body = bytesOf(1000);
      const error = await rejection(client.send(request(peer, { body })));
      expect(error).toBeInstanceOf(APIConnectionError);
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', possiblyExecuted: true, retryable: true });
      expect(isZero(body)).toBe(true);
    });

    it.each(cut.slice(3))('%s, with a reset', async (_, bytes) => {
      const peer = await start(() => undefined);
      peer.respond = ({ socket }) => {
        socket.write(bytes);
        setTimeout(() => peer.reset(socket), 20);
      };
      expect(await rejection(client.send(request(peer)))).toBeInstanceOf(APIConnectionError);
    });

    it.each([
      ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
      ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabcd'],
      [
        'a chunk size that is no number',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n',
      ],
      [
        'headers without end',
        `HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(5000)}`,
      ],
    ])('%s', async (_, bytes) => {
      const peer = await start(always(bytes));
      expect(await rejection(client.send(request(peer)))).toBeInstanceOf(APIConnectionError);
    });
  });

  it('refuses a compressed answer', async () => {
    const headers = ['Content-Encoding: gzip'];
    const peer = await start(always(answer(gzipSync(Buffer.alloc(1000)), { headers })));
    const error = await rejection(client.send(request(peer)));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ retryable: false });
  });

  it('says that a refused connection ran nothing', async () => {
    const peer = await start(always(answer()));
    const refused = request(peer);
    await peers.splice(0)[0]?.stop();
    const error = await rejection(client.send(refused));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: true });
    expect((error as Error).message).toMatch(/ECONNREFUSED/);
  });

  it('says that an unknown host ran nothing', async () => {
    const peer = await start(always(answer()));
    const url = new URL('https://nomyo.invalid/');
    expect(await rejection(client.send(request(peer, { url })))).toMatchObject({
      name: 'APIConnectionError',
      possiblyExecuted: false,
    });
  });

  it('says that a GET ran nothing, whatever happened', async () => {
    const peer = await start(({ socket }) => void socket.destroy());
    const pending = client.send(request(peer, { method: 'GET', body: undefined }));
    expect(await rejection(pending)).toMatchObject({ possiblyExecuted: false });
  });

  it('never shows the API key in an error', async () => {
    const { inspect } = await import('node:util');
    const headers = { Authorization: 'Bearer SECRET-MARKER' };
    const responders: Respond[] = [
      ({ socket }) => void socket.destroy(),
      always('SECRET-MARKER is what the router says\r\n\r\n'),
      always('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
    ];
    for (const respond of responders) {
      const peer = await start(respond);
      const error = await rejection(client.send(request(peer, { headers, timeout: 200 })));
      const text = inspect(error, { depth: 20, showHidden: true, getters: true });
      expect(text).not.toContain('SECRET-MARKER');
      expect(error).toBeInstanceOf(APIConnectionError);
    }
  });

  it('sends 40 at a time, each with its own answer', async () => {
    const peer = await start(({ socket, body }) => void socket.write(answer(`answer to ${body.toString()}`)));
    const texts = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const response = await client.send(request(peer, { body: new TextEncoder().encode(`request ${i}`) }));
        return Buffer.from(response.body).toString();
      }),
    );
    expect(texts).toEqual(Array.from({ length: 40 }, (_, i) => `answer to request ${i}`));
  });

  it.each<[string, Partial<HttpRequest>]>([
    ['url', { url: new URL('ftp://localhost/') }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: Infinity }],
    ['timeout', { timeout: 2 ** 31 }],
    ['timeout', { timeout: Number.NaN }],
    ['maxBytes', { maxBytes: -1 }],
    ['headers[x]', { headers: { x: 'a\r\nb: c' } }],
    ['headers', { headers: { 'x y': 'a' } }],
  ])('refuses a wrong %s before anything is sent', async (argument, more) => {
    const peer = await start(always(answer()));
    const error = await rejection(client.send(request(peer, more)));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument });
    expect(peer.connections).toBe(0);
  });

  it('refuses to work after close()', async () => {
    const peer = await start(always(answer()));
    client.close();
    client.close();
    expect(await rejection(client.send(request(peer)))).toBeInstanceOf(DisposedError);
    expect(peer.connections).toBe(0);
  });
});

function drip(socket: Socket, drop = 'x', head = 'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n'): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(drop), 20);
  socket.on('close', () => clearInterval(timer));
}

function endless(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `${(10_000).toString(16)}\r\n${'x'.repeat(10_000)}\r\n`;
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}
