/** Limits on what a hostile or broken client or model can take from a router. */
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '@nomyo/testkit';
import { open, type Sealed } from './client.js';
import { event, type Script } from './model-server.js';
import { CHAT, http, post, REQUEST_TYPE, useStages, type Stage } from './setup.js';

const stage = useStages();
const STREAM = { ...CHAT, stream: true };

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** A connection that sends what it is given, and records what it receives. */
function raw(url: string): { socket: Socket; heard: () => string; closed: Promise<unknown> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece) => (text += piece.toString('latin1'))).on('error', () => undefined);
  return { socket, heard: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

const headOf = ({ keyId }: Pick<Sealed, 'keyId'>, length: number): string =>
  `POST /v2/${keyId} HTTP/1.1\r\nhost: x\r\ncontent-type: ${REQUEST_TYPE['content-type']}\r\ncontent-length: ${length}\r\n\r\n`;

const codeOf = ({ body }: { readonly body: Buffer }): unknown =>
  (JSON.parse(body.toString()) as { type: string }).type;

function coded(code: string, { log }: Stage): number {
  return log.filter((line) => line.includes(`"code":"${code}"`)).length;
}

const never: Script = () => undefined;

describe('a slow client', () => {
  it('occupies no slot while its body arrives: others are served next to a hundred of them', async () => {
    const here = await stage({ limits: { exchanges: 2 } });
    const message = await here.sealed({ body: CHAT });
    for (let i = 0; i < 100; i += 1) raw(here.server.url).socket.write(`${headOf(message, 5_000)}NYQ2`);
    expect(await here.ask({ body: CHAT })).toMatchObject({ status: 200, ended: 'end' });
    expect(await here.ask({ body: CHAT })).toMatchObject({ status: 200, ended: 'end' });
  });

  it('is cut off when its body stalls, or arrives below the minimum rate', async () => {
    const here = await stage({ limits: { bodyGraceMs: 200, bodyBytesPerSecond: 100_000 } });
    const message = await here.sealed({ body: CHAT });
    const [still, dripping] = [raw(here.server.url), raw(here.server.url)];
    still.socket.write(headOf(message, message.message.byteLength));
    dripping.socket.write(headOf(message, message.message.byteLength));
    const drip = setInterval(() => dripping.socket.write(message.message.subarray(0, 1)), 20);
    await Promise.all([still.closed, dripping.closed]);
    clearInterval(drip);
    await until(() => coded('too_slow', here) === 2);
    expect(here.model.received).toHaveLength(0);
  });

  it('is served when its body arrives in many pieces above the minimum rate', async () => {
    const here = await stage({ limits: { bodyGraceMs: 5_000, bodyBytesPerSecond: 100 } });
    const message = await here.sealed({ body: CHAT });
    const { socket, heard } = raw(here.server.url);
    socket.write(headOf(message, message.message.byteLength));
    for (let at = 0; at < message.message.byteLength; at += 100) {
      socket.write(message.message.subarray(at, at + 100));
      await pause(2);
    }
    await until(() => heard().includes('NYR2'));
    expect(heard()).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
  });

  it('that does not read its whole answer is cut off, and holds no slot meanwhile', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(20_000_000) });
    const here = await stage({ limits: { stalledClientMs: 300, exchanges: 1 } }, (_, response) => {
      response.setHeader('content-type', 'application/json').end(large);
    });
    const message = await here.sealed({ body: CHAT });
    const { socket, closed } = raw(here.server.url);
    socket.pause();
    socket.write(headOf(message, message.message.byteLength));
    socket.write(message.message);
    await until(() => coded('ok', here) === 1);
    socket.resume();
    socket.pause();
    // A paused socket learns of its end when it reads again.
    await pause(1_000);
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(20_000_000);
  });

  it('with a head that does not end, or is too large, is cut off', async () => {
    const here = await stage({ limits: { httpHeadMs: 200 } });
    const [slow, large] = [raw(here.server.url), raw(here.server.url)];
    slow.socket.write('GET /v2/keys HTTP/1.1\r\nhost: x\r\n');
    large.socket.write(`GET /v2/keys HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    await Promise.all([slow.closed, large.closed]);
    expect([slow.heard().slice(9, 12), large.heard().slice(9, 12)]).toEqual(['408', '431']);
  });
});

describe('a bound on requests', () => {
  it('is reported as busy, with a time to wait; the same bytes are answered later, and run once', async () => {
    let finish: () => void = () => undefined;
    const here = await stage({ limits: { exchanges: 1 } }, (_, response) => {
      finish = () => response.setHeader('content-type', 'application/json').end('{"choices":[]}');
    });
    const [first, second] = [await here.sealed({ body: CHAT }), await here.sealed({ body: CHAT })];
    const running = post(here.server.url, first);
    await until(() => here.model.received.length === 1);
    const busy = await post(here.server.url, second);
    expect([busy.status, codeOf(busy), busy.headers['retry-after']]).toEqual([429, 'urn:nomyo:v2:busy', '1']);
    finish();
    expect((await running).status).toBe(200);
    const later = post(here.server.url, second);
    await until(() => here.model.received.length === 2);
    finish();
    expect(open((await later).body, second).status).toBe(200);
  });

  it('applies to the memory of all bodies together, which is given back', async () => {
    const here = await stage({ limits: { bodiesInFlight: 6_000 } });
    const message = await here.sealed({ body: { ...CHAT, x: 'y'.repeat(8_000) } });
    expect(codeOf(await post(here.server.url, message))).toBe('urn:nomyo:v2:busy');
    for (let i = 0; i < 5; i += 1) expect((await here.ask({ body: CHAT })).status).toBe(200);
  });

  it('applies to the memory of all whole answers together, which is given back', async () => {
    const pending: (() => void)[] = [];
    const begins: Script = ({ body }, response) => {
      response.setHeader('content-type', 'application/json');
      if (!body.includes('"long"')) response.end('{"choices":[]}');
      else {
        response.write(`{"x":"${'y'.repeat(50_000)}`);
        pending.push(() => response.end('"}'));
      }
    };
    const here = await stage({ limits: { answersInFlight: 80_000 } }, begins);
    const long = { ...CHAT, model: 'long' };
    // Two answers of 50,000 bytes do not fit at the same time, whichever of them is full first.
    const both = [here.ask({ body: long }), here.ask({ body: long })];
    const refused = await Promise.race(both);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      502,
      { error: { code: 'router_full' } },
    ]);
    pending.forEach((finish) => finish());
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 502]);
    const later = here.ask({ body: long });
    await until(() => pending.length === 3);
    pending[2]?.();
    expect((await later).status).toBe(200);
  });

  it('applies to one body, even an endless one', async () => {
    const here = await stage({ limits: { maxRequest: 10_000 } });
    const large = await here.sealed({ body: { ...CHAT, x: 'y'.repeat(12_000) } });
    const answer = await post(here.server.url, large);
    expect([answer.status, codeOf(answer)]).toEqual([413, 'urn:nomyo:v2:too_large']);
    const { socket, closed } = raw(here.server.url);
    const { keyId, message } = await here.sealed({ body: CHAT });
    socket.write(headOf({ keyId }, 1_000_000_000));
    // A good header, and a frame whose tag does not come.
    const frame = Buffer.alloc(200_000);
    frame.writeUInt32BE(262_000);
    frame[4] = 1;
    socket.write(Buffer.concat([message.subarray(0, 44 + 1120), frame]));
    const more = setInterval(() => socket.write(Buffer.alloc(50_000)), 5);
    await closed;
    clearInterval(more);
    await until(() => coded('too_large', here) === 2);
  });
});

describe('a model', () => {
  type Failing = [string, Script, object, number, string];
  const failing: Failing[] = [
    ['that never answers', never, { upstreamMs: 300 }, 504, 'upstream_timeout'],
    [
      'that stands still within its answer',
      (_, response) => void response.setHeader('content-type', 'application/json').write('{"choices":['),
      { upstreamMs: 300 },
      504,
      'upstream_timeout',
    ],
    [
      'that answers without an end',
      async (_, response) => {
        response.setHeader('content-type', 'application/json');
        while (!response.destroyed) {
          response.write('x'.repeat(10_000));
          await pause(1);
        }
      },
      { upstreamAnswer: 100_000 },
      502,
      'upstream_too_large',
    ],
    [
      'whose head is too large',
      (_, response) => void response.setHeader('x', 'y'.repeat(60_000)).end('{}'),
      {},
      502,
      'upstream_broken',
    ],
    [
      'that redirects',
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      {},
      502,
      'upstream_error',
    ],
    [
      'that speaks no HTTP',
      (_, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n'),
      {},
      502,
      'upstream_broken',
    ],
    [
      'whose answer ends with its connection, half-way',
      (_, response) =>
        void response.socket?.end('HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"choices":[{"x'),
      {},
      502,
      'upstream_broken',
    ],
    [
      'whose answer is shorter than it said',
      (_, response) =>
        void response.socket?.end(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{}',
        ),
      {},
      502,
      'upstream_broken',
    ],
    [
      'that compresses its answer',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(gzipSync('{"choices":[]}')),
      {},
      502,
      'upstream_error',
    ],
    ...['', ' ', '[{}]', 'null', '{"choices":[]} x'].map((text): Failing => [
      `that answers ${JSON.stringify(text)}`,
      (_, response) => void response.setHeader('content-type', 'application/json').end(text),
      {},
      502,
      'upstream_error',
    ]),
    [
      'that answers with a page',
      (_, response) => void response.setHeader('content-type', 'text/html').end('<html>'),
      {},
      502,
      'upstream_error',
    ],
  ];

  it.each(failing)('%s is a sealed error', async (_, script, limits, status, code) => {
    const here = await stage({ limits }, script);
    const answer = await here.ask({ body: CHAT, tier: 'high' });
    expect(answer).toMatchObject({ status, code, tier: 'high', ended: 'end' });
    await here.model.received[0]?.closed;
  });

  it('that was whole when its connection ended is accepted', async () => {
    const head = 'HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n';
    const { ask } = await stage({}, (_, response) => void response.socket?.end(`${head}{"choices":[]}`));
    expect(await ask({ body: CHAT })).toMatchObject({ status: 200, body: '{"choices":[]}' });
  });

  const cutOff: [string, Script, object, string][] = [
    [
      'that falls silent',
      (_, response) => void response.setHeader('content-type', 'text/event-stream').write(event('a')),
      { upstreamMs: 300 },
      'upstream_timeout',
    ],
    [
      'that never ends',
      async (_, response) => {
        response.setHeader('content-type', 'text/event-stream');
        while (!response.destroyed) {
          response.write(event('a'));
          await pause(10);
        }
      },
      { streamMs: 500 },
      'upstream_timeout',
    ],
    [
      'whose connection ends without [DONE]',
      (_, response) =>
        void response.socket?.end(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${event('a')}`),
      {},
      'upstream_broken',
    ],
  ];

  it.each(cutOff)('%s: its stream is aborted, never ended', async (_, script, limits, code) => {
    const here = await stage({ limits }, script);
    const answer = await here.ask({ body: STREAM, tier: 'high' });
    expect(answer).toMatchObject({ ended: 'abort', code, tier: 'high' });
    expect(answer.body).toContain('"content":"a"');
    await here.model.received[0]?.closed;
  });

  it('that closes its connection after [DONE] has ended its stream', async () => {
    const text = `${event('a')}data: [DONE]\n\n`;
    const { ask } = await stage({}, (_, response) => {
      response.socket?.end(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${text}`);
    });
    expect(await ask({ body: STREAM })).toMatchObject({ ended: 'end', body: text });
  });

  it('is not asked on a connection that it may be closing: the router closes idle ones first', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    const { ask } = await stage({ limits: { upstreamIdleMs: 50 } }, (_, response) => {
      // Only the other side of a hang-up sees an end.
      ended = new Promise((resolve) => response.socket?.once('end', resolve));
      response.setHeader('content-type', 'application/json').end('{"choices":[]}');
    });
    expect(await ask({ body: CHAT })).toMatchObject({ status: 200 });
    await ended;
  });

  it('may write an event of megabytes in one line', async () => {
    const text = event('x'.repeat(3_000_000));
    const { ask } = await stage({}, (_, response) => {
      response.setHeader('content-type', 'text/event-stream').end(`${text}data: [DONE]\n\n`);
    });
    const answer = await ask({ body: STREAM });
    expect([answer.ended, answer.body.length]).toEqual(['end', text.length + 14]);
  });

  it('that thinks for a long time is waited for: empty frames keep the connection open', async () => {
    let goOn: () => void = () => undefined;
    const { server, sealed } = await stage({ limits: { keepAliveFrameMs: 30 } }, async (_, response) => {
      response.setHeader('content-type', 'text/event-stream').write(event('a'));
      await new Promise<void>((resolve) => (goOn = resolve));
      response.end('data: [DONE]\n\n');
    });
    const message = await sealed({ body: STREAM });
    const empty = (soFar: Buffer): number =>
      open(soFar, message).frames.filter(({ type, content }) => type === 2 && content.byteLength === 0)
        .length;
    const answer = await post(server.url, message, { onData: (soFar) => empty(soFar) >= 3 && goOn() });
    expect(open(answer.body, message)).toMatchObject({ ended: 'end', body: `${event('a')}data: [DONE]\n\n` });
  });
});

describe('HTTP', () => {
  it('requests in one write on one connection are answered one after the other', async () => {
    const here = await stage();
    const { socket, heard } = raw(here.server.url);
    const message = await here.sealed({ body: CHAT });
    socket.write(headOf(message, message.message.byteLength));
    socket.write(Buffer.concat([message.message, Buffer.from('GET /v2/keys HTTP/1.1\r\nhost: x\r\n\r\n')]));
    await until(() => heard().includes('NYD2'));
    expect(heard().indexOf('NYR2')).toBeLessThan(heard().indexOf('NYD2'));
  });

  it('HEAD is GET without a body; a key id may be written in capitals; parameters of a type mean nothing', async () => {
    const { server, sealed } = await stage();
    const head = await http({ url: `${server.url}/v2/keys`, method: 'HEAD' });
    expect([head.status, head.headers['content-type'], head.body.byteLength]).toEqual([
      200,
      'application/nomyo-v2-keys',
      0,
    ]);
    const message = await sealed({ body: CHAT });
    const headers = { 'content-type': 'Application/Nomyo-V2-Request; x=y' };
    const answer = await post(server.url, { ...message, keyId: message.keyId.toUpperCase() }, { headers });
    expect(open(answer.body, message).status).toBe(200);
  });

  const wrong: [Record<string, string>, string][] = [
    [{ 'content-type': 'application/json' }, 'another type'],
    [{}, 'no type'],
    [{ ...REQUEST_TYPE, 'content-encoding': 'gzip' }, 'a compressed body'],
  ];

  it.each(wrong)('%j is malformed: %s', async (headers) => {
    const { server, sealed, model } = await stage();
    const answer = await post(server.url, await sealed({ body: CHAT }), { headers });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'urn:nomyo:v2:malformed']);
    expect(model.received).toHaveLength(0);
  });
});
