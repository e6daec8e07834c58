// Answers that are read as they come, over Node's own modules, with TLS and without, and over fetch.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DisposedError, SecurityError } from '@nomyo/base';
import type { Socket } from 'node:net';
import { APIConnectionError, APIConnectionTimeoutError } from '../../src/errors/errors.js';
import type { HttpClient, HttpStreamRequest, HttpStreamResponse } from '../../src/client/http.js';
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
    create: () => createNodeClient({ tls: { ca: authority.pem }, maxConnections: 1 }),
    peer: (): PeerOptions => ({ tls: identity }),
  },
  { name: 'node:http', create: () => createNodeClient({ maxConnections: 1 }), peer: () => ({}) },
  { name: 'fetch', create: () => createWebClient(), peer: () => ({}) },
] as const;

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

async function textOf({ body }: HttpStreamResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function chunkOf(body: HttpStreamResponse['body']): Promise<Uint8Array | undefined> {
  const part: IteratorResult<Uint8Array, unknown> = await body.next();
  return part.done === true ? undefined : part.value;
}

async function nextOf({ body }: HttpStreamResponse): Promise<string | undefined> {
  const value = await chunkOf(body);
  return value === undefined ? undefined : Buffer.from(value).toString();
}

describe.each(CLIENTS)('a streamed answer over $name', ({ name, create, peer: peerOptions }) => {
  let client: HttpClient;
  const peers: Peer[] = [];

  const start = async (respond: Respond): Promise<Peer> => {
    const peer = await Peer.start(respond, peerOptions());
    peers.push(peer);
    return peer;
  };
  const open = (peer: Peer, more: Partial<HttpStreamRequest> = {}): Promise<HttpStreamResponse> =>
    client.stream({
      method: 'POST',
      url: peer.url,
      headers: {},
      body: new Uint8Array(1000).fill(1),
      timeout: 30_000,
      maxBytes: 100_000,
      ...more,
    });
  /** A peer that sends the head and then what the test says. */
  const talker = async (head = CHUNKED): Promise<{ peer: Peer; say: (text: string) => void }> => {
    let socket: Socket | undefined;
    const peer = await start((received) => {
      socket = received.socket;
      socket.write(head);
    });
    return { peer, say: (text) => void socket?.write(text) };
  };

  beforeEach(() => {
    client = create();
  });
  afterEach(async () => {
    client.close();
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('delivers its head at once, and each chunk when it arrives', async () => {
    const { peer, say } = await talker();
    const response = await open(peer);
    expect(response).toMatchObject({ status: 200, headers: { 'transfer-encoding': 'chunked' } });
    for (const text of ['one', 'two', 'three']) {
      const next = nextOf(response);
      say(chunk(text));
      expect(await next).toBe(text);
    }
    say('0\r\n\r\n');
    expect(await nextOf(response)).toBeUndefined();
    expect(await nextOf(response)).toBeUndefined();
  });

  it('wipes the body of the request, and leaves the connection to the next one', async () => {
    const peer = await start(({ socket }) => void socket.write(answer('x'.repeat(50_000))));
    const body = new Uint8Array(300_000).fill(1);
    expect(await textOf(await open(peer, { body }))).toHaveLength(50_000);
    await until(() => body.every((byte) => byte === 0));
    // With one place in the pool: it is free again.
    expect(await textOf(await open(peer))).toHaveLength(50_000);
    expect(peer.requests[0]?.body.equals(Buffer.alloc(300_000, 1))).toBe(true);
    // fetch keeps its own counsel.
    if (name !== 'fetch') expect(peer.connections).toBe(1);
  });

  it('slows the server down to the pace of the reader', async () => {
    let written = 0;
    const peer = await start(({ socket }) => {
      socket.write(CHUNKED);
      const more = (): void => {
        for (let room = true; room && !socket.destroyed; written += 65_536) {
          room = socket.write(chunk('x'.repeat(65_536)));
        }
      };
      socket.on('drain', more);
      more();
    });
    const response = await open(peer, { maxBytes: 2 ** 40 });
    await nextOf(response);
    let before = -1;
    // The server stalls: nothing more fits between it and a reader who does not read.
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(written).toBeLessThan(64 * 2 ** 20);
    for (let read = 0; read < 2 * before;) read += (await chunkOf(response.body))?.byteLength ?? 0;
    await until(() => written > before);
    await response.body.return?.();
    await until(() => peer.isCutOff);
  });

  it('closes its connection when the reader leaves early, and frees its place', async () => {
    const { peer, say } = await talker();
    const response = await open(peer);
    say(chunk('first'));
    for await (const part of response.body) {
      expect(Buffer.from(part).toString()).toBe('first');
      break;
    }
    await until(() => peer.isCutOff);
    expect(await nextOf(response)).toBeUndefined();
    peer.respond = always(answer('next'));
    expect(await textOf(await open(peer))).toBe('next');
  });

  it('ends when the caller aborts, reading or not', async () => {
    const { peer, say } = await talker();
    for (const isReading of [true, false]) {
      const controller = new AbortController();
      const response = await open(peer, { signal: controller.signal });
      say(chunk('first'));
      expect(await nextOf(response)).toBe('first');
      const next = isReading ? rejection(response.body.next()) : undefined;
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await (next ?? rejection(response.body.next()))).toBe(reason);
      await until(() => peer.isCutOff);
    }
  });

  it('ends when its time is up, and when it pauses for too long', async () => {
    const { peer } = await talker();
    for (const times of [{ timeout: 500 }, { timeout: 60_000, idleTimeout: 300 }]) {
      // On a busy machine the time can be over before the head is there, which ends in the same way.
      const error = await rejection(open(peer, times).then(textOf));
      expect(error).toBeInstanceOf(APIConnectionTimeoutError);
      expect(error).toMatchObject({ possiblyExecuted: true });
      await until(() => peer.isCutOff);
    }
  });

  it('does not count a slow reader as a pause', async () => {
    const { peer, say } = await talker();
    const response = await open(peer, { timeout: 60_000, idleTimeout: 1000 });
    say(`${chunk('a')}${chunk('b')}0\r\n\r\n`);
    await nextOf(response);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await textOf(response);
  });

  it('frees its connection when its time is up and it was not read', async () => {
    const { peer } = await talker();
    await open(peer, { timeout: 3000 });
    await until(() => peer.isCutOff);
  });

  it.each([
    ['no last chunk', CHUNKED + chunk('abc')],
    ['fewer bytes than declared', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
  ])('that is cut (%s) is an error, never the end', async (_, bytes) => {
    const peer = await start(({ socket }) => void socket.end(bytes));
    const response = await open(peer);
    expect(await rejection(textOf(response))).toBeInstanceOf(APIConnectionError);
    expect(await rejection(open(peer).then(textOf))).toMatchObject({ possiblyExecuted: true });
  });

  it.each([
    ['declared', 'HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n'],
    ['met', CHUNKED + chunk('x'.repeat(3000)).repeat(2)],
  ])('over the limit, as %s, is refused', async (_, bytes) => {
    const peer = await start(always(bytes));
    const error = await rejection(open(peer, { maxBytes: 5000 }).then(textOf));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', possiblyExecuted: true });
    await until(() => peer.isCutOff);
  });

  it('is refused when it is a redirect', async () => {
    const peer = await start(always(answer('', { status: '307 Elsewhere', headers: ['Location: /y'] })));
    expect(await rejection(open(peer))).toMatchObject({ code: 'REDIRECT_REFUSED' });
    await until(() => peer.isCutOff);
  });

  it('fails like any other request before its head', async () => {
    const peer = await start(() => undefined);
    const body = new Uint8Array(1000).fill(1);
    const error = await rejection(open(peer, { body, timeout: 300 }));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    await until(() => body.every((byte) => byte === 0));
    expect(await rejection(open(peer, { idleTimeout: 0 }))).toMatchObject({ argument: 'idleTimeout' });
    client.close();
    expect(await rejection(open(peer))).toBeInstanceOf(DisposedError);
  });
});
