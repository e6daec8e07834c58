/** Answers in the clear: errors of SPEC §10.1, which hold only a code, and CORS for browsers (SPEC §13). */
import type { ServerResponse } from 'node:http';
import { RETRY_AFTER_SECONDS } from '../limits.js';
import { clearError, type ClearErrorClass } from '../protocol/port.js';

/** Codes after which the client should wait a little. */
const WAIT: ReadonlySet<ClearErrorClass> = new Set<ClearErrorClass>(['busy', 'unavailable']);

/** An error of SPEC §10.1; the connection is cut where an answer has already begun. */
export function sendClearError(response: ServerResponse, code: ClearErrorClass): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, body } = clearError(code);
  const headers: Record<string, string> = WAIT.has(code)
    ? { 'retry-after': String(RETRY_AFTER_SECONDS) }
    : {};
  sendClear(response, status, 'application/problem+json', body, headers);
}

/** A whole answer: not cached, and readable by pages of any origin. */
export function sendClear(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.writeHead(status, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-store',
    ...FOR_BROWSERS,
    ...headers,
  });
  response.end(body);
}

/** Requests carry no ambient authority such as cookies, so any page may call. */
export const FOR_BROWSERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after',
};

/** The answer to a CORS preflight. */
export function sendPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '7200',
    ...FOR_BROWSERS,
  });
  response.end();
}
