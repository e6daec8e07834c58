/** Bodies at the limit, compressed, announced first, and left before their answer was read. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startRouter, type Router } from '@nomyo/router/testing';
import { startGateway, type Call, type Gateway } from '../src/index.js';
import { LIMITS } from '../src/options.js';

const LONG_ANSWER = 'word '.repeat(3_000_000);
const LONG_MODEL = 'long';

let router: Router;
let gateway: Gateway;
const ended: Call[] = [];

beforeAll(async () => {
  router = await startRouter({
    keySize: 2048,
    answers: ({ model }) => (model === LONG_MODEL ? LONG_ANSWER : 'short'),
  });
  const client = { baseUrl: router.url, allowHttp: true, keyDir: null, keySize: 2048 } as const;
  gateway = await startGateway({ port: 0, client, onCall: (call) => ended.push(call) });
});
afterAll(async () => {
  await gateway.close();
  await router.close();
});

const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };
const JSON_BODY = Buffer.from(JSON.stringify(QUESTION));

/** White space is part of the body, and not of the question. */
const bodyOf = (bytes: number): Buffer =>
  Buffer.concat([JSON_BODY, Buffer.alloc(bytes - JSON_BODY.length, ' ')]);

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly continued: boolean;
}

function send(body: Buffer, headers: Record<string, string | number>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const sent = request(
      `${gateway.url}/v1/chat/completions`,
      { method: 'POST', headers: { authorization: `bearer ${gateway.token}`, ...headers } },
      (response: IncomingMessage) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text, continued }));
        response.once('error', reject);
      },
    );
    sent.once('continue', () => {
      continued = true;
      sent.end(body);
    });
    // A refused body is cut off once its answer is there.
    sent.on('error', reject);
    if (headers['expect'] === undefined) sent.end(body);
    else sent.flushHeaders();
  });
}

describe('a body', () => {
  const sized = (bytes: number) => ({ 'content-length': bytes });
  const chunked = () => ({ 'transfer-encoding': 'chunked' });

  it.each([
    ['with its length', sized],
    ['in chunks', chunked],
  ])('%s may be as long as the limit, and not a byte longer', async (_name, headersFor) => {
    const whole = await send(bodyOf(LIMITS.bodyBytes), headersFor(LIMITS.bodyBytes));
    expect(whole.status).toBe(200);
    const longer = LIMITS.bodyBytes + 1;
    const refused = await send(bodyOf(longer), headersFor(longer));
    expect({ status: refused.status, text: refused.text }).toEqual({
      status: 413,
      text: expect.stringContaining('PAYLOAD_TOO_LARGE'),
    });
  });

  it.each(['gzip', 'GZIP', 'br', 'gzip, identity'])('with content-encoding %s is refused', async (coding) => {
    const { status, text } = await send(gzipSync(JSON_BODY), { 'content-encoding': coding });
    expect(status).toBe(415);
    expect(text).toContain('must not be compressed');
  });

  it('with content-encoding identity is read', async () => {
    expect((await send(JSON_BODY, { 'content-encoding': 'identity' })).status).toBe(200);
  });

  it('sent with Expect: 100-continue is asked for', async () => {
    const { status, continued } = await send(JSON_BODY, { expect: '100-continue' });
    expect({ status, continued }).toEqual({ status: 200, continued: true });
  });
});

it('a client that disconnects while a whole answer is written has cancelled', async () => {
  const before = ended.length;
  const body = JSON.stringify({ ...QUESTION, model: LONG_MODEL });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `host: 127.0.0.1:${String(gateway.port)}`,
    `authorization: Bearer ${gateway.token}`,
    `content-length: ${String(body.length)}`,
  ];
  const socket = connect(gateway.port, '127.0.0.1', () =>
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`),
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  while (ended.length === before) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(ended.at(-1)).toMatchObject({ model: LONG_MODEL, status: 200, outcome: 'cancelled' });
});
