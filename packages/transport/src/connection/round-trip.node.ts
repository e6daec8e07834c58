/** One request and its answer over one connection (RFC 9112). */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AbortSignalLike } from '@nomyo/base';
import { redactor } from '../answer/redact.js';
import { secretsOf } from '../policy/headers.js';
import { connectionError } from '../errors/connection-error.js';
import { APIConnectionError } from '../errors/errors.js';
import type { HttpRequest } from '../client/http.js';
import type { ConnectionPool } from './pool.node.js';
import { afterNextPoll } from './poll.node.js';
import {
  DROPPED_HEADERS,
  refuseEncoding,
  refuseRedirect,
  switchedProtocols,
  SWITCHING_PROTOCOLS,
  type ResponseHead,
} from '../answer/head.js';

/** Bytes of a body that are handed to the socket at once. */
const PIECE_BYTES = 256 * 1024;

/** How far an attempt has come, for its errors. */
export interface Progress {
  /** Whether any of a request that can be run may have left. */
  sent: boolean;
}

/** What one exchange needs. */
export interface RoundTripContext {
  readonly pool: ConnectionPool;
  readonly progress: Progress;
  /** Ends the exchange up to the point where `receive` has settled. */
  readonly signal: AbortSignalLike;
}

/** An answer whose head has been checked, and whose body has not been read. */
export interface Incoming extends ResponseHead {
  readonly message: IncomingMessage;
  readonly possiblyExecuted: boolean;
  /** Settles when the connection is free for others, or closed: from then on nobody reads the request's body. */
  readonly release: () => Promise<void>;
}

/** A kept connection that is no good: the server closed it, or spoke on it unasked. Nothing was sent. */
const STALE = Symbol('stale connection');

/**
 * Sends a request and gives what `receive` makes of its answer. Nothing is written before the connection is
 * established and its certificate checked, and on a kept one not before the event loop has seen what arrived on it.
 *
 * @param receive releases the connection when the body has been read; after its failure that is done here
 * @throws {NomyoError} see {@link HttpClient.send}; after an abort, whatever
 */
export async function roundTrip<T>(
  request: HttpRequest,
  context: RoundTripContext,
  receive: (incoming: Incoming) => T | Promise<T>,
): Promise<T> {
  for (;;) {
    const outcome = await attempt(request, context, receive);
    // Each round uses up one kept connection, so it ends with a new one at the latest.
    if (outcome !== STALE) return outcome;
  }
}

async function attempt<T>(
  request: HttpRequest,
  context: RoundTripContext,
  receive: (incoming: Incoming) => T | Promise<T>,
): Promise<T | typeof STALE> {
  const { pool, progress, signal } = context;
  signal.throwIfAborted();
  const { url, method, headers, body } = request;
  const outgoing = pool.open(url, method, headers, signal);
  // `Host` and `Connection` are Node's; no `Accept-Encoding`: a compressed answer is never asked for.
  if (method !== 'GET') outgoing.setHeader('Content-Length', body?.byteLength ?? 0);
  try {
    const outcome = await answerTo(outgoing, request, context, receive);
    if (outcome === STALE) await destroyed(outgoing);
    return outcome;
  } catch (error) {
    await destroyed(outgoing);
    throw connectionError(error, { sent: progress.sent, redact: redactor(secretsOf(headers)) });
  }
}

/** One promise for all that can happen: each more would cost a short answer as much as its decryption. */
async function answerTo<T>(
  outgoing: ClientRequest,
  { method, body }: HttpRequest,
  context: RoundTripContext,
  receive: (incoming: Incoming) => T | Promise<T>,
): Promise<T | typeof STALE> {
  const { progress, signal } = context;
  let aborted = (): void => undefined;
  try {
    return await new Promise<T | typeof STALE>((resolve, reject) => {
      let started = false;
      const isStale = (): boolean => outgoing.reusedSocket && !started;
      aborted = () => reject(new Error('aborted'));
      signal.addEventListener('abort', aborted);
      // It stays: nobody listens to an error that comes later.
      outgoing.on('error', (error) => (isStale() ? resolve(STALE) : reject(error)));
      whenUsable(outgoing, (usable) => {
        if (!usable) {
          resolve(STALE);
          return;
        }
        started = true;
        progress.sent = method !== 'GET';
        send(outgoing, body);
      });
      // Of a 101 that names a protocol; one that names none comes as a response.
      outgoing.once('upgrade', () => reject(switchedProtocols(progress.sent)));
      outgoing.once('response', (message) => {
        if (isStale()) {
          resolve(STALE);
          return;
        }
        accept(outgoing, message, context, receive).then(resolve, reject);
      });
    });
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}

/**
 * A new connection is usable at once. On a kept one, whatever has arrived since its last answer would be taken for the
 * answer to this request; a busy event loop may not have seen it yet.
 */
function whenUsable(outgoing: ClientRequest, decide: (usable: boolean) => void): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!outgoing.reusedSocket) {
      // Not yet: whoever emits this event flushes afterwards, and Deno leaves a socket corked that was written on before.
      queueMicrotask(() => decide(true));
      return;
    }
    let isQuiet = true;
    const notice = (): void => void (isQuiet = false);
    socket.once('data', notice);
    afterNextPoll(() => {
      socket.off('data', notice);
      decide(isQuiet && !outgoing.destroyed && !socket.destroyed);
    });
  });
}

async function accept<T>(
  outgoing: ClientRequest,
  message: IncomingMessage,
  { pool, progress: { sent: possiblyExecuted } }: RoundTripContext,
  receive: (incoming: Incoming) => T | Promise<T>,
): Promise<T> {
  pool.remember(message);
  const status = message.statusCode ?? 0;
  const headers = headersOf(message.headers);
  refuseRedirect(status);
  if (status === SWITCHING_PROTOCOLS) throw switchedProtocols(possiblyExecuted);
  refuseEncoding(headers, possiblyExecuted);
  // A double that answers in place of the network need not say how.
  if (pool.isFromNetwork(message)) refuseOpenEnd(status, headers, possiblyExecuted);
  const release = async (): Promise<void> => {
    if (!message.complete || !(await isSent(outgoing))) await destroyed(outgoing);
  };
  return receive({ status, headers, message, possiblyExecuted, release });
}

/**
 * TLS encrypts what it is given at once, into memory of its own: a large body goes in pieces, as the socket takes
 * them. The end comes without a piece: Deno leaves a kept connection corked after `end(piece)`, and whoever writes on
 * it next waits for a `drain` that never comes.
 */
function send(outgoing: ClientRequest, body: Uint8Array | undefined): void {
  const { byteLength = 0 } = body ?? {};
  let at = 0;
  const more = (): void => {
    while (at < byteLength) {
      if (outgoing.destroyed) return;
      const piece = body?.subarray(at, at + PIECE_BYTES);
      at += PIECE_BYTES;
      if (!outgoing.write(piece)) return void outgoing.once('drain', more);
    }
    outgoing.end();
  };
  more();
}

/** A body that ends with the connection ends anywhere, and nobody can tell (RFC 9112 §8). */
function refuseOpenEnd(status: number, headers: ResponseHead['headers'], possiblyExecuted: boolean): void {
  if (status !== 200 || 'content-length' in headers || 'transfer-encoding' in headers) return;
  throw new APIConnectionError('the answer does not say where it ends', { possiblyExecuted });
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!DROPPED_HEADERS.includes(name)) flat[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return flat;
}

/**
 * Whether the whole request has left. A fast answer can be here before the last write was reported: that takes a poll
 * of the event loop at most. A server that answers without reading the rest is not waited for.
 */
async function isSent(outgoing: ClientRequest): Promise<boolean> {
  if (outgoing.writableEnded && !outgoing.writableFinished) {
    await new Promise<void>((resolve) => {
      outgoing.once('finish', resolve);
      afterNextPoll(resolve);
    });
  }
  return outgoing.writableFinished;
}

/** A socket that was given bytes may read them until it is closed. */
async function destroyed(outgoing: ClientRequest): Promise<void> {
  const { socket } = outgoing;
  outgoing.destroy();
  if (socket === null) return;
  socket.destroy();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}
