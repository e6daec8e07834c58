/** What an HTTP client of this package takes and gives, whatever it is made of. */
import { InvalidArgumentError, type AbortSignalLike } from '@nomyo/base';
import { checkHeaderSyntax } from './headers.js';
import type { TlsOptions } from './tls.js';

/** Methods of the protocol. GET runs nothing at the router and can be repeated (RFC 9110 §9.2.1). */
export type HttpMethod = 'GET' | 'POST';

/** One attempt at one request. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** As {@link endpoint} makes it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Taken over: it is zero when the promise settles, whatever happened; see {@link wipeBody}. */
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /** Heard at any time; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /** For the whole attempt: waiting for a connection, connecting, headers and body. In ms, 1 to 2^31 - 1. */
  readonly timeout: number;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
  /** Whether `body` is wiped once the socket has taken it, or will never take it. Default: `true`. */
  readonly wipeBody?: boolean | undefined;
}

/** A whole answer. Its status may be anything but a redirect. */
export interface HttpResponse {
  readonly status: number;
  /** With lower-case names; several values of one name are joined with `, `. Cookies are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends requests over a pool of its own connections. */
export interface HttpClient {
  /**
   * Sends one request, once, and reads the whole answer. No redirect is followed.
   *
   * @throws {InvalidArgumentError} on a wrong member of `request`; nothing was sent
   * @throws {DisposedError} after {@link close}
   * @throws {APIConnectionError} when there is no whole answer
   * @throws {APIConnectionTimeoutError} when there is none within the timeout
   * @throws {SecurityError} `REDIRECT_REFUSED`, `BODY_TOO_LARGE`, `SERVER_KEY_NOT_PINNED` (for `tls.pins`)
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes idle connections, and each other one when its request is over. Idempotent. */
  close(): void;
}

/** How a client reaches the router. */
export interface HttpClientOptions {
  /** Certificates and TLS version. Node only. */
  readonly tls?: TlsOptions | undefined;
  /** Sends every request instead of the built-in client; not together with `tls` or `proxy`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** `http:` or `https:` URL of a proxy for `https:` requests, credentials included. Default: none. Node only. */
  readonly proxy?: string | null | undefined;
  /** Hosts that are reached without the proxy, in the syntax of `NO_PROXY`; see {@link bypassesProxy}. */
  readonly noProxy?: string | undefined;
  /** Most requests at a time; others wait in line. Default: 64. Node only. */
  readonly maxSockets?: number | undefined;
}

/** What timers can hold, in ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const PROTOCOLS: readonly string[] = ['https:', 'http:'];

/** @throws {InvalidArgumentError} when a member of `request` is wrong */
export function checkRequest({ url, headers, timeout, maxBytes }: HttpRequest): void {
  if (!(url instanceof URL) || !PROTOCOLS.includes(url.protocol)) {
    throw new InvalidArgumentError('url', 'must be an https: or http: URL');
  }
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > MAX_TIMEOUT_MS) {
    throw new InvalidArgumentError('timeout', `must be an integer from 1 to ${String(MAX_TIMEOUT_MS)} ms`);
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) {
    throw new InvalidArgumentError('maxBytes', 'must be a number of bytes');
  }
  checkHeaderSyntax(headers);
}

/** @throws {InvalidArgumentError} when `maxSockets` is no positive integer */
export function checkMaxSockets(maxSockets: number): number {
  if (Number.isSafeInteger(maxSockets) && maxSockets > 0) return maxSockets;
  throw new InvalidArgumentError('maxSockets', 'must be a positive integer');
}
