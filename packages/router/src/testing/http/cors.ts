/** Lets pages of one other origin call: what a browser asks for before and after (Fetch standard, §3.2 HTTP-CORS). */
import type { Handler } from './listener.js';

/** The protocol's headers beyond those that a page may always send. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'x-payload-id',
  'x-public-key',
  'x-security-tier',
].join(', ');

/** How long a browser keeps the answer to a preflight, in seconds. */
const MAX_AGE_SECONDS = 600;

/** @param origin `https://page.example`, or `*` */
export function withCors(origin: string, handler: Handler): Handler {
  return (request, response, connection) => {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method !== 'OPTIONS') {
      handler(request, response, connection);
      return;
    }
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', REQUEST_HEADERS);
    response.setHeader('access-control-max-age', String(MAX_AGE_SECONDS));
    response.writeHead(204).end();
  };
}
