/** Requests in odd shapes, byte by byte: which of them HTTP allows, and which could mean two things. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { startRouter, type Router } from '@nomyo/router/testing';
import { startGateway, type Gateway } from '../src/index.js';

let router: Router;
let gateway: Gateway;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  const client = { baseUrl: router.url, allowHttp: true, keyDir: null, keySize: 2048 } as const;
  gateway = await startGateway({ port: 0, client });
});
afterAll(async () => {
  await gateway.close();
  await router.close();
});

/** Everything that comes back until the connection ends; `Connection: close` makes it end. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

const OWN = 'OWN';
const withPort = (text: string) => text.replaceAll(OWN, String(gateway.port));

/** A request of exactly these lines that closes its connection. */
const ask = (...lines: string[]) => exchange(withPort([...lines, 'Connection: close', '', ''].join('\r\n')));

const statusesIn = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /gu)].map(([, status]) => Number(status));

describe('Host', () => {
  it.each([
    ['an address', 'Host: 127.0.0.1:OWN'],
    ['a name', 'Host: localhost:OWN'],
    ['a name in capitals', 'Host: LOCALHOST:OWN'],
    ['an address of IPv6', 'Host: [::1]:OWN'],
    ['a header in capitals', 'HOST: localhost:OWN'],
  ])('may be %s', async (_name, host) => {
    expect(statusesIn(await ask('GET /healthz HTTP/1.1', host))).toEqual([200]);
  });

  it.each([
    ['missing', 'X-Other: 1'],
    ['empty', 'Host:'],
    ['without the port', 'Host: 127.0.0.1'],
    ['with another port', 'Host: 127.0.0.1:1'],
    ['with two ports', 'Host: 127.0.0.1:OWN:OWN'],
    ['with a user', 'Host: me@127.0.0.1:OWN'],
    ['with a path', 'Host: 127.0.0.1:OWN/healthz'],
    ['a name that begins like an own one', 'Host: localhost.evil.example:OWN'],
    ['a name with a dot at its end', 'Host: localhost.:OWN'],
    ['an own address in another spelling', 'Host: 0x7f000001:OWN'],
    ['an own address without its brackets', 'Host: ::1:OWN'],
    ['there twice', 'Host: 127.0.0.1:OWN\r\nHost: 127.0.0.1:OWN'],
    ['folded over two lines', 'Host: 127.0.0.1:OWN\r\n evil.example'],
  ])('may not be %s', async (_name, host) => {
    const [status, ...more] = statusesIn(await ask('GET /healthz HTTP/1.1', host));
    expect(more).toEqual([]);
    expect([400, 421]).toContain(status);
  });
});

describe('the target', () => {
  /** The answer of `target` to a body that is not a request: `INVALID_JSON`, if it is a call. */
  const codeAt = async (target: string): Promise<unknown> => {
    const answer = await ask(
      `POST ${target} HTTP/1.1`,
      'Host: 127.0.0.1:OWN',
      `Authorization: Bearer ${gateway.token}`,
      'Content-Length: 0',
    );
    return /"code":"(\w+)"/u.exec(answer)?.[1];
  };

  it.each([
    '/v1/chat/completions',
    '/v1/chat/completions?api-version=1',
    '/v1/./chat/completions',
    '/v1/models/../chat/completions',
    '/v1/ch%61t/completions',
    'http://127.0.0.1:OWN/v1/chat/completions',
  ])('%s is a call', async (target) => {
    expect(await codeAt(target)).toBe('INVALID_JSON');
  });

  it.each([
    '/v1//chat/completions',
    '/v1/chat/completions/',
    '/v1/chat%2fcompletions',
    '/v1/chat/completions%00',
    '/V1/chat/completions',
    '/v1/%zz',
  ])('%s is none, and nothing is sent', async (target) => {
    const before = router.requests.length;
    expect(['ENDPOINT_NOT_SEALED', 'NOT_FOUND', undefined]).toContain(await codeAt(target));
    expect(router.requests.length).toBe(before);
  });

  it('may be absolute, if it is this gateway', async () => {
    const line = 'GET http://127.0.0.1:OWN/healthz HTTP/1.1';
    expect(statusesIn(await ask(line, 'Host: 127.0.0.1:OWN'))).toEqual([200]);
  });

  it.each([
    ['absolute and of another host', 'GET http://evil.example/healthz HTTP/1.1', [421]],
    ['absolute and of another port', 'GET http://127.0.0.1:1/healthz HTTP/1.1', [421]],
    ['absolute and no URL', 'GET http://[/healthz HTTP/1.1', [400, 421]],
    ['of 20,000 characters', `GET /${'x'.repeat(20_000)} HTTP/1.1`, [414, 431]],
    ['a star', 'OPTIONS * HTTP/1.1', [400, 401, 404, 421]],
    ['without a slash', 'GET healthz HTTP/1.1', [400, 401, 404, 421]],
  ])('may not be %s, whatever Host says', async (_name, line, allowed) => {
    const [status, ...more] = statusesIn(await ask(line, 'Host: 127.0.0.1:OWN'));
    expect(more).toEqual([]);
    expect(allowed).toContain(status);
  });
});

describe('methods and versions', () => {
  it('HEAD gets the headers of GET, and no body', async () => {
    const answer = await ask('HEAD /healthz HTTP/1.1', 'Host: 127.0.0.1:OWN');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/u);
  });

  it.each(['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH'])(
    '%s gets 4xx, and no CORS header',
    async (method) => {
      const lines = [`${method} /v1/chat/completions HTTP/1.1`, 'Host: 127.0.0.1:OWN'];
      const answer = await ask(...lines, 'Origin: http://127.0.0.1:OWN', 'Content-Length: 0');
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /u);
      expect(answer).not.toMatch(/^access-control/imu);
    },
  );

  it('HTTP/1.0 is answered, with a Host', async () => {
    expect(statusesIn(await ask('GET /healthz HTTP/1.0', 'Host: 127.0.0.1:OWN'))).toEqual([200]);
    expect(statusesIn(await ask('GET /healthz HTTP/1.0'))).toEqual([421]);
  });

  it.each(['websocket', 'h2c'])('an offer to speak %s is declined without harm', async (protocol) => {
    const lines = ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1:OWN', `Upgrade: ${protocol}`];
    const answer = await exchange(withPort([...lines, 'Connection: Upgrade, close', '', ''].join('\r\n')));
    expect(statusesIn(answer)).toEqual([200]);
  });
});

const QUESTION = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });
const post = () => [
  'POST /v1/chat/completions HTTP/1.1',
  'Host: 127.0.0.1:OWN',
  `Authorization: Bearer ${gateway.token}`,
];

describe('several requests on one connection', () => {
  it('are answered in order when sent at once', async () => {
    const first = [...post(), `Content-Length: ${QUESTION.length}`, '', QUESTION].join('\r\n');
    const second = ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1:OWN', '', ''].join('\r\n');
    const last = ['GET /nowhere HTTP/1.1', 'Host: 127.0.0.1:OWN', 'Connection: close', '', ''].join('\r\n');
    expect(statusesIn(await exchange(withPort(first + second + last)))).toEqual([200, 200, 401]);
  });

  it('are each checked by themselves: a foreign one after a legitimate one is refused', async () => {
    const own = ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1:OWN', '', ''].join('\r\n');
    const foreign = ['GET /healthz HTTP/1.1', 'Host: evil.example', '', ''].join('\r\n');
    expect(statusesIn(await exchange(withPort(own + foreign + own)))).toEqual([200, 421]);
  });
});

/** Each request is followed by another, which a reader that takes the length differently would accept as a request. */
const SMUGGLED = ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1:OWN', 'Connection: close', '', ''].join('\r\n');

describe('a length that could mean two things', () => {
  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['two lengths in one header', 'Content-Length: 5, 6'],
    ['a length with a sign', 'Content-Length: +5'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5'],
    ['chunks that are not the last coding', 'Transfer-Encoding: chunked, identity'],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked, gzip'],
    ['a coding that nobody knows', 'Transfer-Encoding: xchunked'],
    ['a space before the colon', 'Transfer-Encoding : chunked'],
    ['a header folded over two lines', 'Transfer-Encoding:\r\n chunked\r\nContent-Length: 5'],
    ['a line feed alone', 'X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5'],
  ])('%s gets 4xx, and nothing after it is answered', async (_name, header) => {
    const before = router.requests.length;
    const answer = await exchange(withPort([...post(), header, '', '0', '', SMUGGLED].join('\r\n')));
    const [status, ...more] = statusesIn(answer);
    expect(more).toEqual([]);
    expect([400, 501]).toContain(status);
    expect(router.requests.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
  });
});
