/** A deciding header that stands twice: programs on the way could see two different requests. */
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { IndependentClient } from '../testing/independent-client.js';
import { clientOf, detailOf, HELLO, useRouters } from '../testing/support.js';
import type { Sealed } from './client.js';
import { CHAT, REQUEST_TYPE, useStages } from './setup.js';

const stage = useStages();
const testRouters = useRouters();

const TYPE = `content-type: ${REQUEST_TYPE['content-type']}`;

/** A router's answer to a sealed request with these header lines. */
async function says(url: string, { keyId, message }: Sealed, lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const length = `content-length: ${message.byteLength}`;
  socket.write(
    `POST /v2/${keyId} HTTP/1.1\r\n${['host: x', length, 'connection: close', ...lines].join('\r\n')}`,
  );
  socket.write('\r\n\r\n');
  socket.write(message);
  let heard = '';
  for await (const piece of socket) heard += String(piece);
  return heard;
}

describe('protocol 2', () => {
  it.each([
    ['a content type', [TYPE, 'Content-Type: text/plain']],
    ['the same content type', [TYPE, TYPE]],
    ['a length', [TYPE, 'content-length: 5']],
    ['a host', [TYPE, 'HOST: y']],
    ['an API key, which has no business here', [TYPE, 'authorization: a', 'authorization: b']],
    ['a transfer encoding', [TYPE, 'transfer-encoding: chunked', 'transfer-encoding: identity']],
    ['an encoding', [TYPE, 'content-encoding: gzip', 'content-encoding: br']],
  ])('refuses %s that is repeated, and runs nothing', async (_what, lines) => {
    const { server, model, sealed } = await stage();
    expect(await says(server.url, await sealed({ body: CHAT }), lines)).toMatch(/^HTTP\/1\.1 400 /u);
    expect(model.received).toHaveLength(0);
  });

  it('accepts a repeated header that decides nothing', async () => {
    const { server, sealed } = await stage();
    const lines = [TYPE, 'via: a', 'via: b', 'x-forwarded-for: 127.0.0.1', 'x-forwarded-for: 127.0.0.1'];
    expect(await says(server.url, await sealed({ body: CHAT }), lines)).toMatch(/^HTTP\/1\.1 200 /u);
  });
});

const twice: readonly [string, readonly string[]][] = [
  ['authorization', ['Bearer first', 'Bearer second']],
  ['content-type', ['application/octet-stream', 'text/plain']],
  ['x-security-tier', ['standard', 'maximum']],
  ['x-payload-id', ['a', 'b']],
];

describe('protocol 1', () => {
  const pem = (): string =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  const v1Pem = new TextEncoder().encode(pem());

  it.each(twice)('refuses %s that is repeated, in the router', async (name, values) => {
    const { server, model } = await stage({ v1Key: v1Pem.slice() });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const answer = await new IndependentClient({ url: server.url, privateKey }).send(HELLO, {
      [name]: [...values],
    });
    expect([answer.status, detailOf(answer)]).toEqual([400, `the header ${name} may not be repeated`]);
    expect(model.received).toHaveLength(0);
  });

  it.each(twice)('refuses %s that is repeated, in the test router', async (name, values) => {
    const answer = await clientOf(await testRouters()).send(HELLO, { [name]: [...values] });
    expect([answer.status, detailOf(answer)]).toEqual([400, `the header ${name} may not be repeated`]);
  });
});
