/** HTTP by Node's own modules and nothing around them: requests over kept connections, and servers on loopback. */
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import https from 'node:https';

/** Longer than any pause of the benchmark, in ms. */
const KEEP_ALIVE_MS = 600_000;

/** PEM of a certificate and its key. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Sends requests to paths below one URL. */
export interface Http {
  readonly get: (path: string) => Promise<IncomingMessage>;
  readonly post: (
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string,
  ) => Promise<IncomingMessage>;
  readonly close: () => void;
}

/** @param ca PEM of the authority to trust; `undefined` over plain HTTP */
export function openHttp(baseUrl: string, ca: string | undefined): Http {
  const { request, Agent } = ca === undefined ? http : https;
  const agent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const { hostname, port, pathname } = new URL(baseUrl);
  const prefix = pathname === '/' ? '' : pathname;
  const send = (path: string, options: RequestOptions, body: Uint8Array | string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = { hostname, port, agent, path: prefix + path };
      request({ ...url, ...options }, resolve)
        .once('error', reject)
        .end(body);
    });
  return {
    get: (path) => send(path, {}, ''),
    post: (path, headers, body) => {
      const length = { 'content-length': Buffer.byteLength(body) };
      return send(path, { method: 'POST', headers: { ...headers, ...length } }, body);
    },
    close: () => agent.destroy(),
  };
}

/** The body of a message. */
export function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    message.on('data', (piece: Buffer) => pieces.push(piece));
    message.once('end', () => resolve(Buffer.concat(pieces))).once('error', reject);
  });
}

/** Listens on the loopback interface, and keeps idle connections. @returns the port */
export async function listening(server: Server): Promise<number> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = KEEP_ALIVE_MS;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return address.port;
}
