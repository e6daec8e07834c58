/** Takes calls from their connections, and brings the answers back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LightAbortController } from '@nomyo/base';
import { DIALECTS, faultAnswer, type Answer, type DialectName } from '../dialects/dialects.js';
import type { Gate } from '../gate.js';
import { readBody } from '../http/body.js';
import type { Listener } from '../http/server.js';
import { writePieces, writeText } from '../http/write.js';
import type { CallRequest, Relay } from './relay.js';

/** How long the rest of a body may still come after the answer, in ms. */
const UNREAD_MS = 500;

const isDialect = (name: string): name is DialectName => Object.hasOwn(DIALECTS, name);

const CALLS: ReadonlyMap<string, DialectName> = new Map(
  Object.keys(DIALECTS)
    .filter(isDialect)
    .map((name) => [DIALECTS[name].path, name]),
);

/** Passes what is no call to `next`. */
export function desk(relay: Relay, gate: Gate, next: Listener): Listener {
  return (request, response) => {
    const dialect = request.method === 'POST' ? callAt(request.url ?? '') : undefined;
    if (dialect === undefined) {
      next(request, response);
      return;
    }
    // A client that goes away in the middle of an answer is told apart by 'close'.
    response.on('error', () => undefined);
    const fault = gate.stranger(request) ?? gate.closed();
    if (fault === undefined) void serve(relay, dialect, request, response);
    else send(request, response, faultAnswer(dialect, fault));
  };
}

/** @param target as in the request line: a path most of the time, and never more than that from common clients */
function callAt(target: string): DialectName | undefined {
  return CALLS.get(target) ?? CALLS.get(pathOf(target));
}

/** As Hono reads it for the other routes: without its query, dots resolved, percent-encoded letters decoded. */
function pathOf(target: string): string {
  try {
    return decodeURI(new URL(target, 'http://gateway.invalid').pathname);
  } catch {
    return '';
  }
}

async function serve(
  relay: Relay,
  dialect: DialectName,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await relay.answer(dialect, callOf(request, response));
  send(request, response, answer, answer.delivered);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  delivered: (how: 'ok' | 'cancelled') => void = () => undefined,
): void {
  if (!request.complete) response.once('finish', () => endUnread(request));
  const { body } = answer;
  if (typeof body === 'string') writeText(response, answer, body, delivered);
  else writePieces(response, answer, body).catch(() => response.destroy());
}

/** An unwanted rest of a body is read for a moment: a client that is cut off at once does not read the answer. */
function endUnread(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), UNREAD_MS);
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

function callOf(request: IncomingMessage, response: ServerResponse): CallRequest {
  const gone = new LightAbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('the client went away', 'AbortError'));
  });
  return {
    tier: request.headers['x-security-tier']?.toString(),
    signal: gone.signal,
    readBody: (maxBytes) => readBody(request, maxBytes),
    hangUp: () => hangUp(request, response),
  };
}

/**
 * Sends what was already written, which may be the event that says what went wrong. A client of HTTP/1.0 takes the end of
 * the connection for the end of the answer, unless it is reset.
 */
function hangUp({ httpVersion }: IncomingMessage, { socket }: ServerResponse): void {
  if (httpVersion === '1.0') socket?.resetAndDestroy();
  else socket?.destroySoon();
}
