/** The interface of this package's HTTP clients, and the check of requests. */
import { InvalidArgumentError, MAX_TIMER_MS, type AbortSignalLike, type Bytes } from '@nomyo/base';
import { checkHeaderSyntax } from '../policy/headers.js';
import type { Proxy } from '../connection/proxy.js';
import type { TlsOptions } from '../connection/tls.js';

/** Methods of the protocol. A GET runs nothing on the router and can be repeated (RFC 9110 §9.2.1). */
export type HttpMethod = 'GET' | 'POST';

/** One attempt at one request. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** As made by {@link endpoint}. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Owned by the client, which wipes it before the promise settles, whatever happens; see {@link wipeBody}. */
  readonly body?: Bytes | undefined;
  /** Aborts the attempt at any time; the promise rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Longest duration of the attempt, from connecting to the end of the body, in ms, 1 to 2^31 - 1. Waiting in line for
   * one of {@link HttpClientOptions.maxConnections} does not count.
   */
  readonly timeout: number;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
  /** Your own caller's name for `maxBytes`, which the error of a longer body then mentions. Default: none. */
  readonly maxBytesName?: string | undefined;
  /** Whether `body` is wiped once it has been sent, or will not be. Default: `true`. */
  readonly wipeBody?: boolean | undefined;
}

/** One attempt at a request whose answer is read as it arrives. */
export interface HttpStreamRequest extends HttpRequest {
  /** Longest wait for the next chunk once it was requested, in ms, 1 to 2^31 - 1. Default: `timeout`. */
  readonly idleTimeout?: number | undefined;
}

/** An answer whose body is read as it arrives. Its status may be anything except a redirect. */
export interface HttpStreamResponse {
  readonly status: number;
  /** See {@link HttpResponse.headers}. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Can be read once. A chunk is only requested when the reader asks for it, so a slow reader slows down the server.
   * The loop throws when the body breaks off, exceeds `maxBytes` or takes too long, or with the reason of the caller's
   * signal; leaving it early closes the connection. To read nothing, call `return()`: otherwise the connection is held
   * until `timeout`.
   */
  readonly body: AsyncIterableIterator<Uint8Array>;
}

/** A whole answer. Its status may be anything except a redirect. */
export interface HttpResponse {
  readonly status: number;
  /** Headers with lower-case names; several values of one name are joined with `, `. Cookies are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends requests over a pool of its own connections. */
export interface HttpClient {
  /**
   * Sends a request, once, and reads the whole answer. Redirects are never followed.
   *
   * @throws {InvalidArgumentError} on an invalid member of `request`; nothing was sent
   * @throws {DisposedError} after {@link close}
   * @throws {APIConnectionError} when there is no whole answer
   * @throws {APIConnectionTimeoutError} when no whole answer comes within the timeout
   * @throws {SecurityError} `INSECURE_URL`, `REDIRECT_REFUSED`, `BODY_TOO_LARGE`, `SERVER_KEY_NOT_PINNED` (`tls.pins`)
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Sends a request, once, and resolves with the answer as soon as its head has arrived. The request's body is wiped
   * once it has been sent, or the connection is closed.
   *
   * @example
   * const { status, body } = await http.stream({ method: 'POST', url, headers, body: sealed, timeout, maxBytes });
   * for await (const chunk of body) decoder.push(chunk);
   *
   * @throws as {@link send}
   */
  stream(request: HttpStreamRequest): Promise<HttpStreamResponse>;
  /** Closes idle connections now, and the others as their requests end. Idempotent. */
  close(): void;
}

/** Options of {@link createHttpClient}. */
export interface HttpClientOptions {
  /** Certificates and TLS version. Default: those of Node, and TLS 1.2 or later. Node only. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Sends every request instead of the built-in client; excludes `tls`, `proxy` and `maxConnections`. Default: the
   * built-in client on Node, the runtime's `fetch` elsewhere.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * A proxy for `https:` requests: its `http:` or `https:` URL, credentials included, or the result of {@link parseProxy}.
   * Default: none. Node only.
   */
  readonly proxy?: string | Proxy | null | undefined;
  /** Hosts reached without the proxy, in the syntax of `NO_PROXY`; see {@link bypassesProxy}. Default: none. */
  readonly noProxy?: string | undefined;
  /**
   * Whether `http:` may lead to other machines. Judged by the address that a name resolves to; over `fetch`, by the
   * name itself. Default: `false`, only to this machine (`SecurityError` `INSECURE_URL`).
   */
  readonly allowRemoteHttp?: boolean | undefined;
  /** Most connections, and thus requests, at a time; further requests wait in line. Default: 64. Node only. */
  readonly maxConnections?: number | undefined;
  /** `User-Agent` of every request that does not set its own. Default: the runtime's, if it has one. */
  readonly userAgent?: string | undefined;
}

const PROTOCOLS: readonly string[] = ['https:', 'http:'];

/** @throws {InvalidArgumentError} when a member of `request` is invalid */
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
    throw new InvalidArgumentError('maxBytes', 'must be a non-negative integer');
  }
  checkHeaderSyntax(headers);
}
