/**
 * A router that costs nearly nothing: it never opens a request, and its answers are ready. What is measured beside it
 * is the client.
 *
 * The size of the answer stands in the path: the base URL of a client is `{origin}/answer/{bytes}`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CannedAnswers } from './answers.js';

/** What the router serves, and over what. */
export interface CannedRouterOptions {
  /** SPKI PEM; nobody needs the other half. */
  readonly publicKeyPem: string;
  /** PEM of a certificate and its key. Default: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** What has arrived so far. */
export interface RouterCounts {
  readonly requests: number;
  readonly keyFetches: number;
  readonly connections: number;
}

/** A router that listens on the loopback interface. */
export interface CannedRouter {
  /** `http://127.0.0.1:PORT` or `https://…` */
  readonly origin: string;
  counts(): RouterCounts;
  close(): Promise<void>;
}

const PATH = /^\/answer\/(\d{1,9})(\/pki\/public_key|\/v1\/chat\/secure_completion|\/v1\/chat\/completions)$/;

/** Longer than any pause of the benchmark, in ms. */
const KEEP_ALIVE_MS = 600_000;

/** Starts one on a free port. */
export async function startCannedRouter(options: CannedRouterOptions): Promise<CannedRouter> {
  const counts = { requests: 0, keyFetches: 0, connections: 0 };
  const answer = answering(options, counts);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = KEEP_ALIVE_MS;
  server.on('connection', () => (counts.connections += 1));
  const port = await listen(server);
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    origin: `${scheme}://127.0.0.1:${String(port)}`,
    counts: () => ({ ...counts }),
    close: () => close(server),
  };
}

function answering(
  options: CannedRouterOptions,
  counts: { requests: number; keyFetches: number },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const answers = new CannedAnswers();
  const key = new TextEncoder().encode(options.publicKeyPem);
  return async (request, response) => {
    const [, bytes = '0', endpoint] = PATH.exec(request.url ?? '') ?? [];
    await drain(request);
    if (endpoint === '/pki/public_key') {
      counts.keyFetches += 1;
      reply(response, 'text/plain', key);
    } else if (endpoint === '/v1/chat/secure_completion') {
      counts.requests += 1;
      const header = String(request.headers['x-public-key']);
      reply(response, 'application/octet-stream', await answers.sealed(header, Number(bytes)));
    } else if (endpoint === '/v1/chat/completions') {
      counts.requests += 1;
      reply(response, 'application/json', answers.plain(Number(bytes)));
    } else {
      response.writeHead(404).end();
    }
  };
}

function drain(request: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    request.once('end', resolve).once('error', reject).once('close', resolve).resume();
  });
}

function reply(response: ServerResponse, type: string, body: Uint8Array): void {
  response.writeHead(200, { 'content-type': type, 'content-length': body.byteLength }).end(body);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(portOf(server.address())));
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the router has no port');
  return address.port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
