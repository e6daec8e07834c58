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

/** Size of the pieces of a body that are passed to the socket, in bytes. */
const PIECE_BYTES = 256 * 1024;

/** One attempt at a request. */
export interface Attempt {
  /** Ends the attempt, as long as `receive` has not settled. */
  readonly signal: LightAbortController;
  /** Whether any part of a request other than a GET may have been sent, for `possiblyExecuted` of errors. */
  sent: boolean;
}

/** An answer whose head has been checked, but whose body has not been read. */
export interface Incoming extends ResponseHead {
  readonly message: IncomingMessage;
  readonly possiblyExecuted: boolean;
  /** Settles when the connection is free for others, or closed; after that, nothing reads the request's body. */
  readonly release: () => Promise<void>;
}

/** The receiver of an answer, and the pool of its connection. */
interface Receiver<T> {
  readonly pool: ConnectionPool;
  /** Reads the answer, and releases the connection once the body has been read. */
  readonly receive: (incoming: Incoming, request: HttpRequest) => T | Promise<T>;
}

/**
 * Sends a request, and returns what `receive` makes of its answer. Nothing is written before the connection is
 * established and its certificate checked; on a reused one, not before the event loop has seen everything that had
 * arrived on it. If `receive` fails, the connection is closed.
 *
 * @throws {NomyoError} as {@link HttpClient.send} does; after an abort, any error
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
      // Each round uses up one kept connection, so the loop ends with a new one at the latest.
      if (isStale(outgoing)) continue;
      throw connectionError(error, { sent: attempt.sent, redact: redactor(secretsOf(request.headers)) });
    }
  }
}

/**
 * Reports whether a kept connection was unusable: the server closed it, or sent data unasked. Nothing was sent on it.
 */
function isStale(outgoing: ClientRequest): boolean {
  return outgoing.reusedSocket && !outgoing.headersSent;
}

/** Waits with one promise for everything that can happen: another one costs as much as decrypting a short answer. */
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
      // This listener stays, for errors that come later.
      outgoing.on('error', reject);
      whenUsable(outgoing, () => {
        attempt.sent = request.method !== 'GET';
        send(outgoing, request.body);
      });
      // `upgrade` is emitted for a 101 that names a protocol; one that names none arrives as a response.
      outgoing.once('upgrade', () => reject(switchedProtocols(attempt.sent)));
      outgoing.once('response', (message) => {
        if (isStale(outgoing)) reject(new Error('an answer without a request'));
        else accept(outgoing, message, attempt.sent, request, receiver).then(resolve, reject);
      });
    });
  } finally {
    attempt.signal.removeEventListener('abort', aborted);
  }
}

/**
 * Calls `begin` when the connection is usable. A new one is usable at once. On a kept one, anything that has arrived
 * since its last answer would be taken for the answer to this request, and a busy event loop may not have seen it yet.
 * An unusable connection is destroyed.
 */
function whenUsable(outgoing: ClientRequest, begin: () => void): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!outgoing.reusedSocket) {
      // Not immediately: the emitter flushes after this event, and Deno leaves a socket corked if it was written to
      // before.
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
  // If a body ends with the connection, nobody can tell whether it was cut off (RFC 9112 §8).
  const saysItsEnd = 'content-length' in headers || 'transfer-encoding' in headers;
  // Answers of test doubles, which do not come from the network, need not declare a length.
  if (status === 200 && !saysItsEnd && pool.isFromNetwork(message)) {
    throw new APIConnectionError('the answer does not say where it ends', { possiblyExecuted });
  }
  const release = async (): Promise<void> => {
    // A fast answer can arrive before the last write is reported, which takes at most one poll of the event loop. It
    // does not wait for a server that answers without reading the rest.
    if (outgoing.writableEnded && !outgoing.writableFinished) await finishOrPoll(outgoing);
    if (!message.complete || !outgoing.writableFinished) await destroyed(outgoing);
  };
  return receive({ status, headers, message, possiblyExecuted, release }, request);
}

/**
 * Sends a body in pieces, as the socket accepts them, because TLS encrypts everything it is given immediately, into
 * memory of its own. `end()` is called without a piece: Deno leaves a kept connection corked after `end(piece)`, and
 * the next request on it would wait for a `drain` that never comes.
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

/** Destroys a request, and waits until its socket is closed: until then, it may read the bytes it was given. */
async function destroyed(outgoing: ClientRequest): Promise<void> {
  const { socket } = outgoing;
  outgoing.destroy();
  if (socket === null) return;
  socket.destroy();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** Longest round of the event loop, in ms, whose poll is recent enough. */
const PROMPT_MS = 10;

/** Most rounds to wait for, however busy the process is. */
const MAX_ROUNDS = 20;

/**
 * Runs `task` just after the event loop has polled all sockets, so that everything that had arrived has been read.
 *
 * The first immediate can run in the same round of the loop as its caller; between it and the second there is a poll.
 * If other code has blocked the loop for long in that round, another round follows.
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
