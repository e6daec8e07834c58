/** The first check of a request: which host it is meant for, and which page sent it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DIALECTS, dialectOf, type Fault } from './dialects/dialects.js';
import { isOwnHost, isOwnOrigin, isOwnTarget, type Names } from './http/host.js';
import type { Listener } from './http/server.js';
import { COMMON_HEADERS } from './http/write.js';
import type { Metrics } from './metrics.js';

const FOREIGN_HOST: Fault = {
  status: 421,
  code: 'FOREIGN_HOST',
  type: 'invalid_request_error',
  message: 'the Host header does not name this gateway: use http://127.0.0.1:PORT or http://localhost:PORT',
};

const FOREIGN_ORIGIN: Fault = {
  status: 403,
  code: 'FOREIGN_ORIGIN',
  type: 'invalid_request_error',
  message: 'pages from other origins may not call this gateway',
};

/** Passes requests meant for this gateway to `next`, and refuses others without reading them. */
export function entrance(names: () => Names, metrics: Metrics, next: Listener): Listener {
  return (request, response) => {
    const fault = faultOf(request, names(), metrics);
    if (fault === undefined) next(request, response);
    else refuse(request, response, fault);
  };
}

/** Node keeps only the first of several `Host` headers; the raw headers have them all. */
function faultOf(
  { rawHeaders, url = '' }: IncomingMessage,
  names: Names,
  metrics: Metrics,
): Fault | undefined {
  if (!isOwnHost(valuesOf(rawHeaders, 'host'), names) || !isOwnTarget(url, names)) {
    metrics.countTurnedAway('host');
    return FOREIGN_HOST;
  }
  if (isOwnOrigin(valuesOf(rawHeaders, 'origin'), names)) return undefined;
  metrics.countTurnedAway('origin');
  return FOREIGN_ORIGIN;
}

function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] ?? '';
    if (given.length === name.length && given.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
  const body = JSON.stringify(DIALECTS[dialectOf(request.url ?? '')].error(fault));
  response.writeHead(fault.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...COMMON_HEADERS,
    connection: 'close',
  });
  response.end(body);
}
