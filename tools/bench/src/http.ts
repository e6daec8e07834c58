/** HTTPS by Node's own modules and nothing around them: requests over kept connections, and servers on loopback. */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { Agent, request, Server as TlsServer } from 'node:https';

/** Longer than any pause of the benchmark, in ms. */
const KEEP_ALIVE_MS = 600_000;

/** Sends requests to paths below one URL; those with a body are POSTs. */
export interface Http {
  readonly send: (
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: Uint8Array | string,
  ) => Promise<IncomingMessage>;
  readonly close: () => void;
}

/** @param ca PEM of the authority to trust */
export function openHttp({ baseUrl, ca }: { readonly baseUrl: string; readonly ca: string }): Http {
  const agent = new Agent({ keepAlive: true, ca });
  const { hostname, port, pathname } = new URL(baseUrl);
  const prefix = pathname === '/' ? '' : pathname;
  const send: Http['send'] = (path, headers, body = '') =>
    new Promise((resolve, reject) => {
      const [method, length] = [body === '' ? 'GET' : 'POST', Buffer.byteLength(body)];
      const target = { hostname, port, agent, path: prefix + path, method };
      request({ ...target, headers: { ...headers, 'content-length': length } }, resolve)
        .once('error', reject)
        .end(body);
    });
  return { send, close: () => agent.destroy() };
}

export function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    message.on('data', (piece: Buffer) => pieces.push(piece));
    message.once('end', () => resolve(Buffer.concat(pieces))).once('error', reject);
  });
}

/** The one command of a process with a server: `https://127.0.0.1:PORT`. */
export interface Listening {
  origin(): string;
}

/** Listens on the loopback interface, and keeps idle connections. */
export async function listening(server: Server): Promise<Listening> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = KEEP_ALIVE_MS;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return { origin: () => `${scheme}://127.0.0.1:${String(address.port)}` };
}
