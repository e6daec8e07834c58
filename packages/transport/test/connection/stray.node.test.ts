// Unsolicited bytes on a kept connection: the next request must never take them for its answer.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../../src/client/http.js';
import { createHttpClient } from '../../src/client/http.node.js';
import { Authority, type Identity } from '../support/certificates.js';
import { LatePeer } from '../support/late-peer.js';
import { answer, Peer, rejection, until } from '../support/peer.js';

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

async function ask(url: URL, text: string): Promise<string> {
  const body = new TextEncoder().encode(text);
  const { body: answered } = await client.send({
    method: 'POST',
    url,
    headers: {},
    body,
    timeout: 30_000,
    maxBytes: 1000,
  });
  return Buffer.from(answered).toString();
}

/** Holds the event loop, as a computation does: what arrives meanwhile waits in the kernel. */
function holdEventLoop(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe.each([
  ['https:', true],
  ['http:', false],
])('over %s', (_, secure) => {
  // The peer lives in a thread of its own: it speaks while this one is busy.
  let peer: LatePeer;
  beforeEach(async () => {
    peer = await LatePeer.start(secure ? identity : undefined);
  });
  afterEach(() => peer.stop());

  it('a second answer that comes 20 ms late, while the event loop is busy, answers nothing', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await ask(peer.url, `${String(round)} twice`)).toBe(`answer to ${String(round)} twice`);
      holdEventLoop(80);
      for (const text of ['a', 'b']) expect(await ask(peer.url, text)).toBe(`answer to ${text}`);
    }
  });

  it('nor when the loop is busy in the callback that begins the next request', async () => {
    expect(await ask(peer.url, 'twice')).toBe('answer to twice');
    const texts = await new Promise<string[]>((resolve, reject) => {
      setImmediate(() => {
        holdEventLoop(80);
        Promise.all(['a', 'b', 'c'].map((text) => ask(peer.url, text))).then(resolve, reject);
        // Between the request and its sending, too.
        setImmediate(() => holdEventLoop(80));
      });
    });
    expect(texts).toEqual(['answer to a', 'answer to b', 'answer to c']);
  });

  it('half an answer spoils the connection as well', async () => {
    expect(await ask(peer.url, 'half')).toBe('answer to half');
    holdEventLoop(80);
    expect(await ask(peer.url, 'a')).toBe('answer to a');
  });

  it('a connection that the server closed meanwhile is not used: the request goes out on a new one', async () => {
    expect(await ask(peer.url, 'close')).toBe('answer to close');
    holdEventLoop(80);
    expect(await ask(peer.url, 'a')).toBe('answer to a');
  });
});

describe('an answer of status 101', () => {
  it.each([
    ['with a protocol', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'],
    ['without one', ''],
  ])('ends the call at once, %s', async (_, headers) => {
    const bytes = `HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`;
    const peer = await Peer.start(({ socket }) => void socket.write(bytes), { tls: identity });
    peers.push(peer);
    expect(await rejection(ask(peer.url, 'hello'))).toMatchObject({
      code: 'CONNECTION_FAILED',
      retryable: false,
      possiblyExecuted: true,
      message: expect.stringMatching(/101/),
    });
    await until(() => peer.isCutOff);
    peer.respond = ({ socket }) => void socket.write(answer('fine'));
    expect(await ask(peer.url, 'hello')).toBe('fine');
  });
});
