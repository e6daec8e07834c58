/**
 * Clients that waste a server's time: slow headers, slow bodies, silence, wrong lengths, readers that stop. In real time,
 * side by side: what is slow is started first, and looked at when the rest is done.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { makeCertificate, startRouter, type Router } from '@nomyo/router/testing';
import { startGateway, type Gateway } from '../src/index.js';

let router: Router;
let gateway: Gateway;
let overTls: Gateway;

/** A socket that was left alone, and when it was ended. */
interface Slow {
  readonly closed: Promise<number>;
  readonly text: () => string;
}

const MORE_THAN_SOCKETS_HOLD = 'x'.repeat(9_000_000);

const slow = new Map<string, Slow>();

beforeAll(async () => {
  const answers = ({ model }: { readonly model: string }) =>
    model === 'unread' ? MORE_THAN_SOCKETS_HOLD : 'hi';
  router = await startRouter({ keySize: 2048, answers });
  gateway = await startGateway({
    port: 0,
    client: clientOf(router),
  });
  const head = [...post(), 'Content-Length: 1000', '', ''].join('\r\n');
  overTls = await startGateway({ port: 0, tls: await makeCertificate(), client: clientOf(router) });
  slow.set('silence', send([]));
  slow.set('silence after an answer', send([healthz()]));
  slow.set('silence where TLS should begin', send([], undefined, overTls.port));
  slow.set(
    'a TLS handshake that never ends',
    send(['\u0016\u0003\u0001\u0040\u0000'], '\u0001', overTls.port),
  );
  slow.set('an answer that nobody reads', unread());
  slow.set('headers that never end', send(['POST /v1/chat/completions HTTP/1.1\r\nHost: '], 'x: y\r\n'));
  slow.set('a body that never ends', send([`${head}{`], ' '));
  slow.set('a chunked body that never ends', send([chunkedHead()], '1\r\n \r\n'));
});
afterAll(async () => {
  await overTls.close();
  await gateway.close();
  await router.close();
});

const clientOf = ({ url }: Router) =>
  ({ baseUrl: url, allowHttp: true, keyDir: null, keySize: 2048 }) as const;

const healthz = () => `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n\r\n`;

/** Asks for more than sockets hold, and takes nothing of it. */
function unread(): Slow {
  const body = JSON.stringify({
    model: 'unread',
    stream: true,
    messages: [{ role: 'user', content: 'hello' }],
  });
  const started = performance.now();
  const socket = connect(gateway.port, '127.0.0.1', () => {
    socket.pause();
    socket.write([...post(), `Content-Length: ${body.length}`, '', body].join('\r\n'));
  });
  socket.on('error', () => undefined);
  // The end of a connection that nobody reads is not seen; the gateway's own book says when it was cut.
  const closed = until(async () => (await metrics()).includes('model="unread",outcome="cancelled"')).then(
    () => {
      socket.destroy();
      return performance.now() - started;
    },
  );
  return { closed, text: () => '' };
}

async function metrics(): Promise<string> {
  const headers = { authorization: `Bearer ${gateway.token}` };
  return (await fetch(`http://127.0.0.1:${gateway.port}/metrics`, { headers })).text();
}

/** The unread one is among them. */
const posts = () => router.requests.filter(({ method }) => method === 'POST');

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 500));
}

const post = () => [
  'POST /v1/chat/completions HTTP/1.1',
  `Host: 127.0.0.1:${gateway.port}`,
  `Authorization: Bearer ${gateway.token}`,
  'Content-Type: application/json',
];
const chunkedHead = () => [...post(), 'Transfer-Encoding: chunked', '', ''].join('\r\n');

const DRIP_MS = 1_000;

/** Sends, and keeps sending `drip` every second until the gateway hangs up. Returns the time it took, in ms. */
function send(pieces: readonly string[], drip?: string, port = gateway.port): Slow {
  let text = '';
  let socket: Socket;
  const closed = new Promise<number>((resolve) => {
    const startedAt = performance.now();
    socket = connect(port, '127.0.0.1', () => pieces.forEach((piece) => socket.write(piece, 'latin1')));
    const timer = setInterval(() => drip !== undefined && socket.write(drip, 'latin1'), DRIP_MS);
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(performance.now() - startedAt);
    });
  });
  return { closed, text: () => text };
}

/** The status line of the answer to a request that is sent at once. */
async function statusOf(...pieces: string[]): Promise<number> {
  const answer = send(pieces);
  const isThere = () => answer.text().includes('\r\n\r\n');
  const end = Date.now() + 30_000;
  while (!isThere() && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  return Number(answer.text().split(' ')[1]);
}

const QUESTION = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });
const withLength = (length: number | string) => [...post(), `Content-Length: ${length}`, '', ''].join('\r\n');

describe('hostile requests', () => {
  it.each([
    [
      'two different lengths',
      () => [...post(), 'Content-Length: 5', 'Content-Length: 6', '', 'hello'].join('\r\n'),
    ],
    ['a negative length', () => withLength(-1)],
    ['a length that is no number', () => withLength('0x10')],
    [
      'a length and chunks',
      () => [...post(), 'Content-Length: 5', 'Transfer-Encoding: chunked', '', '0', '', ''].join('\r\n'),
    ],
    ['a chunk of a size that is none', () => `${chunkedHead()}zz\r\n`],
    ['a bare line feed in a header', () => [...post(), 'X: a\nY: b\u0000', '', ''].join('\r\n')],
    ['no HTTP at all', () => '\u0016\u0003\u0001\u0002\u0000'],
    ['a header of 64 KiB', () => [...post(), `X: ${'x'.repeat(65_536)}`, '', ''].join('\r\n')],
    [
      'another host in the target',
      () => `GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n`,
    ],
    ['a tunnel', () => `CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n\r\n`],
  ])('with %s get 4xx, or the end of the connection', async (_name, request) => {
    const answer = send([request()]);
    await Promise.race([answer.closed, statusOf(request())]);
    expect(answer.text()).toMatch(/^(HTTP\/1\.1 4|$)/u);
  });

  it('with a body cut off before its length do not count as calls', async () => {
    await until(() => Promise.resolve(posts().length > 0));
    const before = posts().length;
    await new Promise<void>((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1', () => {
        socket.write(withLength(QUESTION.length + 10) + QUESTION, () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect(await statusOf(withLength(QUESTION.length) + QUESTION)).toBe(200);
    expect(posts().length).toBe(before + 1);
  });

  it('leave the gateway as it was', async () => {
    expect(await statusOf(withLength(QUESTION.length) + QUESTION)).toBe(200);
  });
});

describe('slow requests', () => {
  it.each([
    ['silence', 45_000],
    ['silence after an answer', 45_000],
    ['silence where TLS should begin', 45_000],
    ['a TLS handshake that never ends', 45_000],
    ['headers that never end', 45_000],
    ['a body that never ends', 75_000],
    ['a chunked body that never ends', 75_000],
    ['an answer that nobody reads', 100_000],
  ])('%s is cut within %d ms', async (name, limit) => {
    // The clock of the server: a machine that is busy may notice later.
    const grace = 5_000;
    expect(await slow.get(name)?.closed).toBeLessThan(limit + grace);
    expect(slow.get(name)?.text()).toMatch(
      name.endsWith('answer') ? /^HTTP\/1\.1 200/u : /^(HTTP\/1\.1 408|$)/u,
    );
  });

  it('leave no call behind', async () => {
    const text = await metrics();
    expect(text).toMatch(/^nomyo_gateway_calls_running 0$/mu);
    expect(text).toMatch(/^nomyo_gateway_calls_waiting 0$/mu);
  });
});
