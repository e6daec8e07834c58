/** Requests that no client would send, over a socket of its own: changed anywhere, cut anywhere. */
import { connect } from 'node:net';
import { mutate } from '../fuzz/mutate.js';
import type { Random } from '../common/random.js';
import type { GatewayProcess } from './binary.js';

const PATHS = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/messages',
  '/api/chat',
  '/',
  '/metrics',
] as const;

/** This side hangs up on anything not over by then; slow requests have their own tests. In ms. */
const PATIENCE_MS = 300;

/** Statuses that no request whatsoever may get. */
const FAILED = /^HTTP\/1\.1 5(?!03)\d\d/u;

/** Codes of the router's failures: a request that was changed can still be a good one, and meet one of them. */
const OF_THE_ROUTER = /\b(?:SERVER_ERROR|API_ERROR|CONNECTION_FAILED|CONNECTION_TIMEOUT)\b/u;

/** @returns what is wrong with the gateway's reaction, if anything */
export async function hostileOnce(gateway: GatewayProcess, random: Random): Promise<string | undefined> {
  const bytes = mutate(wellFormed(gateway, random), random);
  const answer = await exchange(
    gateway,
    random.oneIn(4) ? bytes.subarray(0, random.below(bytes.length)) : bytes,
  );
  if (!FAILED.test(answer) || OF_THE_ROUTER.test(answer)) return undefined;
  return `${answer.split('\r\n', 1)[0] ?? ''} to ${JSON.stringify(bytes.toString('latin1').slice(0, 400))}`;
}

function wellFormed({ port, token }: GatewayProcess, random: Random): Buffer {
  const body = JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    stream: random.oneIn(2),
  });
  const head = [
    `POST ${random.pick(PATHS)} HTTP/1.1`,
    `Host: 127.0.0.1:${String(port)}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${String(body.length)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function exchange({ port }: GatewayProcess, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1').setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (piece: string) => {
      text += piece;
    });
    // A reset is an answer too.
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}
