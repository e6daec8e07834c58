/** Forwards a sealed request to the router that holds its key, and returns the sealed answer. Neither can be read here. */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { FOR_BROWSERS } from '../http/clear.js';
import { LIMITS } from '../limits.js';

/** How a forwarded request ended. */
export type Forwarded =
  /** The answer was returned, or as much of it as there was. */
  | 'answered'
  /** Nothing listens there: the request was not delivered. */
  | 'unreachable'
  /** The connection broke with the request in flight: its outcome is unknown. */
  | 'broken';

const REQUEST_HEADERS = ['content-type', 'content-length', 'transfer-encoding'] as const;
const ANSWER_HEADERS = [
  'content-type',
  'content-length',
  'cache-control',
  'retry-after',
  'x-accel-buffering',
] as const;

/** @param address `host:port` */
export function forward(
  address: string,
  path: string,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<Forwarded> {
  return new Promise((resolve) => {
    let isConnected = false;
    const sent = httpRequest(`http://${address}${path}`, {
      method: 'POST',
      agent: false,
      timeout: LIMITS.upstreamMs,
      headers: pick(message.headers, REQUEST_HEADERS),
    });
    sent.once('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(isConnected ? 'broken' : 'unreachable'));
    sent.once('response', (answer) => {
      const headers = { ...FOR_BROWSERS, ...pick(answer.headers, ANSWER_HEADERS) };
      response.writeHead(answer.statusCode ?? 502, headers);
      // A truncated answer must not look complete: pipeline destroys the other end.
      pipeline(answer, response, () => resolve('answered'));
    });
    response.once('close', () => sent.destroy());
    pipeline(message, sent, () => undefined);
  });
}

function pick(
  headers: IncomingMessage['headers'],
  names: readonly string[],
): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
