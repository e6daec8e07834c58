/** One keep-alive agent and one POST, with node:https and nothing around it. */
import { Agent as HttpAgent, get as httpGet, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet, request as httpsRequest } from 'node:https';
import type { ClientConfig } from '../client.js';

/** Sends bodies to one URL over connections that stay open. */
export interface Poster {
  post(body: Buffer): Promise<Buffer>;
  getText(path: string): Promise<string>;
  close(): void;
}

/**
 * @param path below the base URL
 * @param headers of every request, beside its length
 */
export function createPoster(
  { baseUrl, ca }: Pick<ClientConfig, 'baseUrl' | 'ca'>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Poster {
  const isTls = ca !== undefined;
  const agent = isTls ? new HttpsAgent({ keepAlive: true, ca }) : new HttpAgent({ keepAlive: true });
  const { hostname, port, pathname } = new URL(baseUrl);
  const prefix = pathname === '/' ? '' : pathname;
  const request = isTls ? httpsRequest : httpRequest;
  const get = isTls ? httpsGet : httpGet;
  const common = { hostname, port, agent };
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        const options = {
          ...common,
          path: prefix + path,
          method: 'POST',
          headers: { ...headers, 'content-length': body.length },
        };
        request(options, (response) => void collect(response).then(resolve, reject))
          .once('error', reject)
          .end(body);
      }),
    getText: (below) =>
      new Promise((resolve, reject) => {
        const options = { ...common, path: prefix + below };
        get(options, (response) => void collect(response).then((b) => resolve(b.toString()), reject)).once(
          'error',
          reject,
        );
      }),
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
