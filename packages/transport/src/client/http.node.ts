/** `#http` on Node: node:http and node:https over connections of one's own. */
import { DisposedError, InvalidArgumentError, LightAbortController, Semaphore } from '@nomyo/base';
import { redactor } from '../answer/redact.js';
import { secretsOf } from '../policy/headers.js';
import { markSent } from '../errors/mark-sent.js';
import { declaredLength } from '../answer/body.js';
import { readIncoming } from '../answer/body.node.js';
import { startDeadline, withLightDeadline, type Deadline } from './deadline.js';
import { timedOut } from '../errors/errors.js';
import {
  roundTrip,
  type RoundTripContext,
  type Incoming,
  type Progress,
} from '../connection/round-trip.node.js';
import { FetchClient } from '../fetch/fetch-client.js';

import {
  checkMaxConnections,
  checkRequest,
  DEFAULT_MAX_CONNECTIONS,
  withUserAgent,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStreamRequest,
  type HttpStreamResponse,
} from './http.js';
import { ConnectionPool } from '../connection/pool.node.js';
import { parseProxy } from '../connection/proxy.js';
import { StreamedBody } from '../answer/streamed-body.js';
import { proxyTls, routerTls } from '../connection/tls.node.js';

/**
 * A client with connections of its own; nothing is opened before the first request.
 *
 * @throws {InvalidArgumentError} on a wrong option
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { fetch, tls, proxy = null, maxConnections } = options;
  if (fetch === undefined) return new NodeClient(options);
  const notOurs = Object.entries({ tls, proxy: proxy ?? undefined, maxConnections });
  const [unused] = notOurs.find(([, value]) => value !== undefined) ?? [];
  if (unused !== undefined) throw new InvalidArgumentError(unused, 'has no effect on a fetch of your own');
  return new FetchClient(fetch, options);
}

class NodeClient implements HttpClient {
  readonly #pool: ConnectionPool;
  /** In front of the pool: a call that is aborted in the line leaves it at once, and has sent nothing. */
  readonly #connections: Semaphore<undefined>;
  readonly #userAgent: string | undefined;
  #closed = false;

  constructor(options: HttpClientOptions) {
    const { tls = {}, proxy = null, noProxy = '', maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
    this.#connections = Semaphore.of(checkMaxConnections(maxConnections));
    this.#userAgent = options.userAgent;
    this.#pool = new ConnectionPool({
      tls: routerTls(tls),
      proxy: proxy === null ? undefined : { ...parseProxy(proxy), tls: proxyTls(tls) },
      noProxy,
      allowRemoteHttp: options.allowRemoteHttp ?? false,
    });
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      this.#check(request);
      return await this.#connections.run(() => this.#send(request), request.signal);
    } finally {
      wipe(request);
    }
  }

  async stream(request: HttpStreamRequest): Promise<HttpStreamResponse> {
    try {
      this.#check(request);
      return await new Promise((resolve, reject) => {
        this.#connections.run(() => this.#stream(request, resolve), request.signal).catch(reject);
      });
    } catch (error) {
      wipe(request);
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#pool.close();
  }

  #check(request: HttpStreamRequest): void {
    this.#checkOpen();
    checkRequest(request);
  }

  #checkOpen(): void {
    if (this.#closed) throw new DisposedError('HttpClient');
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    this.#checkOpen();
    const progress: Progress = { sent: false };
    try {
      return await withLightDeadline(deadlineOf(request, progress), (signal) =>
        this.#roundTrip(request, { progress, signal }, (incoming) => wholeAnswer(incoming, request)),
      );
    } catch (error) {
      if (progress.sent) markSent(error);
      throw error;
    }
  }

  /** Hands the answer to `opened` when its head is there, and settles when its connection is free again, or closed. */
  async #stream(request: HttpStreamRequest, opened: (response: HttpStreamResponse) => void): Promise<void> {
    this.#checkOpen();
    const progress: Progress = { sent: false };
    const controller = new LightAbortController();
    const stopClock = startDeadline(deadlineOf(request, progress), controller);
    try {
      const { response, released } = await this.#roundTrip(
        request,
        { progress, signal: controller },
        (incoming) => streamedAnswer(incoming, request, controller),
      );
      opened(response);
      await released;
    } catch (error) {
      const reason = controller.aborted ? controller.reason : error;
      if (progress.sent) markSent(reason);
      throw reason;
    } finally {
      stopClock();
      wipe(request);
    }
  }

  #roundTrip<T>(
    request: HttpRequest,
    attempt: Pick<RoundTripContext, 'progress' | 'signal'>,
    receive: (incoming: Incoming) => T | Promise<T>,
  ): Promise<T> {
    return roundTrip(withUserAgent(request, this.#userAgent), { ...attempt, pool: this.#pool }, receive);
  }
}

function deadlineOf({ timeout, signal }: HttpRequest, progress: Progress): Deadline {
  return { timeout, signal, expired: () => timedOut(timeout, progress.sent) };
}

function wipe({ body, wipeBody = true }: HttpRequest): void {
  if (wipeBody) body?.fill(0);
}

async function wholeAnswer(
  incoming: Incoming,
  { maxBytes, maxBytesName }: HttpRequest,
): Promise<HttpResponse> {
  const { status, headers, message, possiblyExecuted, release } = incoming;
  const body = await readIncoming(message, {
    declared: declaredLength(headers),
    maxBytes,
    maxBytesName,
    possiblyExecuted,
  });
  await release();
  return { status, headers, body };
}

function streamedAnswer(
  { status, headers, message, possiblyExecuted, release }: Incoming,
  { maxBytes, maxBytesName, timeout, idleTimeout = timeout, headers: sent }: HttpStreamRequest,
  controller: LightAbortController,
): { readonly response: HttpStreamResponse; readonly released: Promise<void> } {
  let free = (): void => undefined;
  const released = new Promise<void>((resolve) => (free = resolve));
  // Nobody may be reading when the connection breaks: the next one to read hears of it.
  message.on('error', () => undefined);
  const body = new StreamedBody({
    declared: declaredLength(headers),
    chunks: message,
    maxBytes,
    maxBytesName,
    idleTimeout,
    attempt: { sent: possiblyExecuted, redact: redactor(secretsOf(sent)) },
    controller,
    release: () => void release().then(free),
  });
  return { response: { status, headers, body }, released };
}
