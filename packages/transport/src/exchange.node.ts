/** One request and its answer over one connection (RFC 9112). */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AbortSignalLike } from '@nomyo/base';
import { declaredLength } from './body.js';
import { readIncoming } from './body.node.js';
import { connectionError } from './connection-error.js';
import { APIConnectionError } from './errors.js';
import type { HttpRequest, HttpResponse } from './http.js';
import type { ConnectionPool } from './pool.node.js';
import { DROPPED_HEADERS, refuseEncoding, refuseRedirect } from './response.js';

/** Bytes of a body that are handed to the socket at once. */
const PIECE_BYTES = 256 * 1024;

/** How far an attempt has come, for its errors. */
export interface Progress {
  /** Whether any of a request that can be run may have left. */
  sent: boolean;
}

/**
 * Nothing is written before the connection is established and its certificate checked. It settles only when the
 * socket has taken the whole body, or is closed: from then on nobody reads the body.
 *
 * @throws {NomyoError} see {@link HttpClient.send}; after an abort, whatever
 */
export async function exchange(
  request: HttpRequest,
  pool: ConnectionPool,
  progress: Progress,
  signal: AbortSignalLike,
): Promise<HttpResponse> {
  signal.throwIfAborted();
  const { url, method, headers, body } = request;
  const outgoing = pool.open(url, method, headers, signal);
  // `Host` and `Connection` are Node's; no `Accept-Encoding`: a compressed answer is never asked for.
  if (method !== 'GET') outgoing.setHeader('Content-Length', body?.byteLength ?? 0);
  try {
    const response = await answerTo(outgoing, request, pool, progress, signal);
    if (!outgoing.writableFinished) await destroyed(outgoing);
    return response;
  } catch (error) {
    await destroyed(outgoing);
    throw connectionError(error, progress.sent);
  }
}

/** One promise for all that can happen: each more would cost a short answer as much as its decryption. */
async function answerTo(
  outgoing: ClientRequest,
  { method, body, maxBytes }: HttpRequest,
  pool: ConnectionPool,
  progress: Progress,
  signal: AbortSignalLike,
): Promise<HttpResponse> {
  let aborted = (): void => undefined;
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      aborted = () => reject(new Error('aborted'));
      signal.addEventListener('abort', aborted);
      // It stays: an error that comes later is heard by nobody.
      outgoing.on('error', reject);
      outgoing.once('socket', () => {
        progress.sent = method !== 'GET';
        send(outgoing, body);
      });
      outgoing.once('response', (incoming) => {
        const keepAlive = incoming.headers['keep-alive'];
        pool.remember(incoming.socket, typeof keepAlive === 'string' ? keepAlive : undefined);
        receive(incoming, maxBytes, progress.sent).then(resolve, reject);
      });
    });
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}

/** TLS encrypts what it is given at once, into memory of its own: a large body goes in pieces, as the socket takes them. */
function send(outgoing: ClientRequest, body: Uint8Array | undefined): void {
  if (body === undefined || body.byteLength <= PIECE_BYTES) {
    outgoing.end(body);
    return;
  }
  let at = 0;
  const more = (): void => {
    while (at < body.byteLength) {
      if (outgoing.destroyed) return;
      const piece = body.subarray(at, at + PIECE_BYTES);
      at += piece.byteLength;
      if (!outgoing.write(piece)) return void outgoing.once('drain', more);
    }
    outgoing.end();
  };
  more();
}

async function receive(
  incoming: IncomingMessage,
  maxBytes: number,
  possiblyExecuted: boolean,
): Promise<HttpResponse> {
  const status = incoming.statusCode ?? 0;
  const headers = flatten(incoming.headers);
  refuseRedirect(status);
  refuseEncoding(headers, possiblyExecuted);
  refuseOpenEnd(status, headers, possiblyExecuted);
  const body = await readIncoming(incoming, {
    declared: declaredLength(headers),
    maxBytes,
    possiblyExecuted,
  });
  return { status, headers, body };
}

/** A body that ends with the connection ends anywhere, and nobody can tell (RFC 9112 §8). */
function refuseOpenEnd(status: number, headers: HttpResponse['headers'], possiblyExecuted: boolean): void {
  if (status !== 200 || 'content-length' in headers || 'transfer-encoding' in headers) return;
  throw new APIConnectionError('the answer does not say where it ends', { possiblyExecuted });
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!DROPPED_HEADERS.includes(name)) flat[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return flat;
}

/** A socket that was given bytes may read them until it is closed. */
async function destroyed(outgoing: ClientRequest): Promise<void> {
  const { socket } = outgoing;
  outgoing.destroy();
  if (socket === null) return;
  socket.destroy();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}
