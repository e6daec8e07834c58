/** What an HTTP client of this package takes and gives, whatever it is made of. */
import { InvalidArgumentError, MAX_TIMER_MS, type AbortSignalLike, type Bytes } from '@nomyo/base';
import { checkHeaderSyntax } from '../policy/headers.js';
import type { TlsOptions } from '../connection/tls.js';

/** Methods of the protocol. GET runs nothing at the router and can be repeated (RFC 9110 §9.2.1). */
export type HttpMethod = 'GET' | 'POST';

/** One attempt at one request. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** As {@link endpoint} makes it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Taken over: it is zero when the promise settles, whatever happened; see {@link wipeBody}. */
  readonly body?: Bytes | undefined;
  /** Heard at any time; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * For the whole attempt, from connecting to the end of the body, in ms, 1 to 2^31 - 1. Time in the line for one of
   * {@link HttpClientOptions.maxConnections} does not count.
   */
  readonly timeout: number;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
  /** What your own caller knows `maxBytes` as: the error of a longer body names it. */
  readonly maxBytesName?: string | undefined;
  /** Whether `body` is wiped once the socket has taken it, or will never take it. Default: `true`. */
  readonly wipeBody?: boolean | undefined;
}

/** One attempt at a request whose answer is read as it comes. */
export interface HttpStreamRequest extends HttpRequest {
  /** Longest wait for the next chunk once it is asked for, in ms. Default: `timeout`. */
  readonly idleTimeout?: number | undefined;
}

/** An answer whose body is read as it comes. Its status may be anything but a redirect. */
export interface HttpStreamResponse {
  readonly status: number;
  /** As those of {@link HttpResponse}. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Read once. The next chunk is asked for when the reader asks, so a slow reader slows the server down. The loop
   * throws when the body breaks off, is over `maxBytes` or takes too long, or with the reason of the caller's signal;
   * leaving it early closes the connection. Without reading, call `return()`, or the connection is held until
   * `timeout`.
   */
  readonly body: AsyncIterableIterator<Uint8Array>;
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
   * @throws {APIConnectionTimeoutError} when no answer comes within the timeout
   * @throws {SecurityError} `REDIRECT_REFUSED`, `BODY_TOO_LARGE`, `SERVER_KEY_NOT_PINNED` (for `tls.pins`)
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Sends one request, once, and gives the answer when its head is there. The request's body is wiped when the socket
   * has taken it, or is closed.
   *
   * @example
   * const { status, body } = await http.stream({ method: 'POST', url, headers, body: sealed, timeout, maxBytes });
   * for await (const chunk of body) decoder.push(chunk);
   *
   * @throws as {@link send}
   */
  stream(request: HttpStreamRequest): Promise<HttpStreamResponse>;
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
  /**
   * Whether `http:` may lead to other machines, by the address that a name stands for; over `fetch`, by the name. Default:
   * `false`, only to this one.
   */
  readonly allowRemoteHttp?: boolean | undefined;
  /** Most connections, and so requests, at a time; other requests wait in line. Default: 64. Node only. */
  readonly maxConnections?: number | undefined;
  /** `User-Agent` of every request that names none itself. Default: the runtime's, if it has one. */
  readonly userAgent?: string | undefined;
}

const PROTOCOLS: readonly string[] = ['https:', 'http:'];

/** @throws {InvalidArgumentError} when a member of `request` is wrong */
export function checkRequest({ url, headers, timeout, maxBytes, idleTimeout }: HttpStreamRequest): void {
  if (!PROTOCOLS.includes(url.protocol)) {
    throw new InvalidArgumentError('url', 'must be an https: or http: URL');
  }
  const times = { timeout, idleTimeout: idleTimeout ?? timeout };
  for (const [name, ms] of Object.entries(times)) {
    if (Number.isInteger(ms) && ms >= 1 && ms <= MAX_TIMER_MS) continue;
    throw new InvalidArgumentError(name, `must be an integer from 1 to ${String(MAX_TIMER_MS)} ms`);
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) {
    throw new InvalidArgumentError('maxBytes', 'must be a number of bytes');
  }
  checkHeaderSyntax(headers);
}
