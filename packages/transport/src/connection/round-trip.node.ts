/** One request and its answer over one connection (RFC 9112). */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { LightAbortController } from '@nomyo/base';
import { checkHead, DROPPED_HEADERS, switchedProtocols, type ResponseHead } from '../answer/answer.js';
import { redactor } from '../answer/redact.js';
import type { HttpRequest } from '../client/http.js';
import { connectionError } from '../errors/connection-error.js';
import { APIConnectionError } from '../errors/errors.js';
import { secretsOf } from '../policy/secrets.js';
import type { ConnectionPool } from './pool.node.js';

/** Bytes of a body that are handed to the socket at once. */
const PIECE_BYTES = 256 * 1024;

/** One attempt at a request. */
export interface Attempt {
  /** Ends it, up to the point where `receive` has settled. */
  readonly signal: LightAbortController;
  /** Whether any of a request that can be run may have left, for its errors. */
  sent: boolean;
}

/** An answer whose head has been checked, and whose body has not been read. */
export interface Incoming extends ResponseHead {
  readonly message: IncomingMessage;
  readonly possiblyExecuted: boolean;
  /** Settles when the connection is free for others, or closed: from then on the request's body is not read. */
  readonly release: () => Promise<void>;
}

/** Who waits for an answer, and where its connection came from. */
interface Receiver<T> {
  readonly pool: ConnectionPool;
  /** Releases the connection when the body has been read. */
  readonly receive: (incoming: Incoming, request: HttpRequest) => T | Promise<T>;
}

/**
 * Sends a request and gives what `receive` makes of its answer. Nothing is written before the connection is
 * established and its certificate checked, and on a kept one not before the event loop has seen what arrived on it.
 *
 * @param receive after its failure, the connection is closed here
 * @throws {NomyoError} see {@link HttpClient.send}; after an abort, whatever
 */
export async function roundTrip<T>(
  request: HttpRequest,
  attempt: Attempt,
  receiver: Receiver<T>,
): Promise<T> {
  for (;;) {
    attempt.signal.throwIfAborted();
    const outgoing = receiver.pool.open(request, attempt.signal);
    try {
      return await answerTo(outgoing, request, attempt, receiver);
    } catch (error) {
      await destroyed(outgoing);
      // Each round uses up one kept connection, so it ends with a new one at the latest.
      if (isStale(outgoing)) continue;
      throw connectionError(error, { sent: attempt.sent, redact: redactor(secretsOf(request.headers)) });
    }
  }
}

/** A kept connection that was no good: the server closed it, or spoke on it unasked. Nothing was sent. */
function isStale(outgoing: ClientRequest): boolean {
  return outgoing.reusedSocket && !outgoing.headersSent;
}

/** One promise for all that can happen: each more would cost a short answer as much as its decryption. */
async function answerTo<T>(
  outgoing: ClientRequest,
  request: HttpRequest,
  attempt: Attempt,
  receiver: Receiver<T>,
): Promise<T> {
  let aborted = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      aborted = () => reject(new Error('aborted'));
      attempt.signal.addEventListener('abort', aborted);
      // It stays, for an error that comes later.
      outgoing.on('error', reject);
      whenUsable(outgoing, () => {
        attempt.sent = request.method !== 'GET';
        send(outgoing, request.body);
      });
      // Of a 101 that names a protocol; one that names none comes as a response.
      outgoing.once('upgrade', () => reject(switchedProtocols(attempt.sent)));
      outgoing.once('response', (message) => {
        if (isStale(outgoing)) reject(new Error('an answer to nothing'));
        else accept(outgoing, message, attempt.sent, request, receiver).then(resolve, reject);
      });
    });
  } finally {
    attempt.signal.removeEventListener('abort', aborted);
  }
}

/**
 * A new connection is usable at once. On a kept one, whatever has arrived since its last answer would be taken for the
 * answer to this request; a busy event loop may not have seen it yet. One that is no good is destroyed.
 */
function whenUsable(outgoing: ClientRequest, begin: () => void): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!outgoing.reusedSocket) {
      // Not yet: whoever emits this event flushes afterwards, and Deno leaves a socket corked that was written on before.
      queueMicrotask(begin);
      return;
    }
    let isQuiet = true;
    const notice = (): void => void (isQuiet = false);
    socket.once('data', notice);
    afterNextPoll(() => {
      socket.off('data', notice);
      if (isQuiet && !outgoing.destroyed && !socket.destroyed) begin();
      else outgoing.destroy(new Error('a stale connection'));
    });
  });
}

async function accept<T>(
  outgoing: ClientRequest,
  message: IncomingMessage,
  possiblyExecuted: boolean,
  request: HttpRequest,
  { pool, receive }: Receiver<T>,
): Promise<T> {
  pool.remember(message);
  const status = message.statusCode ?? 0;
  const headers = headersOf(message.headers);
  checkHead({ status, headers }, possiblyExecuted);
  // A body that ends with the connection ends anywhere, undetectably (RFC 9112 §8).
  const saysItsEnd = 'content-length' in headers || 'transfer-encoding' in headers;
  // A double that answers in place of the network need not say how.
  if (status === 200 && !saysItsEnd && pool.isFromNetwork(message)) {
    throw new APIConnectionError('the answer does not say where it ends', { possiblyExecuted });
  }
  const release = async (): Promise<void> => {
    // A fast answer can be here before the last write was reported: that takes a poll of the event loop at most. A
    // server that answers without reading the rest is not waited for.
    if (outgoing.writableEnded && !outgoing.writableFinished) await finishOrPoll(outgoing);
    if (!message.complete || !outgoing.writableFinished) await destroyed(outgoing);
  };
  return receive({ status, headers, message, possiblyExecuted, release }, request);
}

/**
 * TLS encrypts what it is given at once, into memory of its own: a large body goes in pieces, as the socket takes
 * them. The end comes without a piece: Deno leaves a kept connection corked after `end(piece)`, and whoever writes on
 * it next waits for a `drain` that never comes.
 */
function send(outgoing: ClientRequest, body: Uint8Array | undefined, from = 0): void {
  const { byteLength = 0 } = body ?? {};
  for (let at = from; at < byteLength; at += PIECE_BYTES) {
    if (outgoing.destroyed) return;
    const next = at + PIECE_BYTES;
    if (!outgoing.write(body?.subarray(at, next))) {
      outgoing.once('drain', () => send(outgoing, body, next));
      return;
    }
  }
  outgoing.end();
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!DROPPED_HEADERS.includes(name)) flat[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return flat;
}

function finishOrPoll(outgoing: ClientRequest): Promise<void> {
  return new Promise<void>((resolve) => {
    outgoing.once('finish', resolve);
    afterNextPoll(resolve);
  });
}

/** A socket that was given bytes may read them until it is closed. */
async function destroyed(outgoing: ClientRequest): Promise<void> {
  const { socket } = outgoing;
  outgoing.destroy();
  if (socket === null) return;
  socket.destroy();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** A round of the event loop that took longer says little about now, in ms. */
const PROMPT_MS = 10;

/** However busy the process is. */
const MAX_ROUNDS = 20;

/**
 * Runs `task` when the event loop has looked at every socket, a moment ago. What had arrived until then has been read.
 *
 * The first immediate can run in the same round of the loop as its caller; between it and the second one lies a poll.
 * A round in which other code held the loop for long is followed by another.
 */
function afterNextPoll(task: () => void, rounds: number = MAX_ROUNDS): void {
  setImmediate(() => {
    const started = performance.now();
    setImmediate(() => {
      if (rounds > 1 && performance.now() - started > PROMPT_MS) afterNextPoll(task, rounds - 1);
      else task();
    });
  });
}
