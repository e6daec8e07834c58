/** `/healthz` and `/metrics`, on a port of their own that clients do not reach. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { LIMITS } from '../limits.js';
import type { Metrics } from './metrics.js';

/** The report of `/healthz`. */
export interface Health {
  /** The problem; `undefined` while requests are served. */
  readonly trouble: () => string | undefined;
}

/** The server of both paths; it has yet to listen. */
export function createObserver(metrics: Metrics, { trouble }: Health): Server {
  const server = createServer({ maxHeaderSize: LIMITS.httpHead }, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/u, '');
    request.resume();
    if (request.method !== 'GET') reply(response, 405, 'text/plain', 'GET only\n');
    else if (path === '/healthz') replyHealth(response, trouble());
    else if (path === '/metrics') void replyMetrics(response, metrics);
    else reply(response, 404, 'text/plain', '/healthz, /metrics\n');
  });
  server.headersTimeout = LIMITS.httpHeadMs;
  return server;
}

function replyHealth(response: ServerResponse, trouble: string | undefined): void {
  if (trouble === undefined) reply(response, 200, 'text/plain', 'ok\n');
  else reply(response, 503, 'text/plain', `${trouble}\n`);
}

async function replyMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  try {
    reply(response, 200, metrics.contentType, await metrics.text());
  } catch {
    reply(response, 500, 'text/plain', 'the metrics could not be collected\n');
  }
}

function reply(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
