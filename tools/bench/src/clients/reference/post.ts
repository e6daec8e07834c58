/** One keep-alive agent and one POST, with node:https and nothing around it. */
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { ClientConfig } from '../client.js';

/** Sends bodies to one URL over connections that stay open. */
export interface Poster {
  post(body: Buffer): Promise<Buffer>;
  get(path: string): Promise<Buffer>;
  close(): void;
}

/**
 * @param path below the base URL
 * @param headers of every POST, beside its length
 */
export function createPoster(
  { baseUrl, ca }: Pick<ClientConfig, 'baseUrl' | 'ca'>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Poster {
  const { request, Agent } = ca === undefined ? http : https;
  const agent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const { hostname, port, pathname } = new URL(baseUrl);
  const prefix = pathname === '/' ? '' : pathname;
  const send = (below: string, options: RequestOptions, body?: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      request({ hostname, port, agent, path: prefix + below, ...options }, (response) => {
        collect(response).then(resolve, reject);
      })
        .once('error', reject)
        .end(body);
    });
  return {
    post: (body) =>
      send(path, { method: 'POST', headers: { ...headers, 'content-length': body.length } }, body),
    get: (below) => send(below, {}),
    close: () => agent.destroy(),
  };
}

/** The body, written into its place as it comes. */
function collect(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.allocUnsafe(Number(response.headers['content-length']));
    let at = 0;
    response.on('data', (chunk: Buffer) => (at += chunk.copy(body, at)));
    response.once('end', () => {
      if (response.statusCode === 200 && at === body.length) resolve(body);
      else reject(new Error(`the router answered ${String(response.statusCode)}`));
    });
    response.once('error', reject);
  });
}
