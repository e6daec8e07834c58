/** `#http` on Node: node:http and node:https over a connection pool of our own. */
import { anInteger, DisposedError, InvalidArgumentError, LightAbortController, Semaphore } from '@nomyo/base';
import { BodyCollector, declaredLength } from '../answer/answer.js';
import { redactor } from '../answer/redact.js';
import { StreamedBody } from '../answer/streamed-body.js';
import { ConnectionPool } from '../connection/pool.node.js';
import { parseProxy, type Proxy } from '../connection/proxy.js';
import { roundTrip, type Attempt, type Incoming } from '../connection/round-trip.node.js';
import { proxyTls, routerTls } from '../connection/tls.node.js';
import { APIConnectionError, timedOut } from '../errors/errors.js';
import { markSent } from '../errors/mark-sent.js';
import { FetchClient } from '../fetch/fetch-client.js';
import { secretsOf } from '../policy/secrets.js';
import { startDeadline } from './deadline.js';
import {
  checkRequest,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStreamRequest,
  type HttpStreamResponse,
} from './http.js';

const DEFAULT_MAX_CONNECTIONS = 64;

/** More connections than one process can open to one host are a mistake. */
const aPoolSize = anInteger(1, 65_535);

/**
 * Creates a client with connections of its own. Nothing is opened before the first request.
 *
 * @throws {InvalidArgumentError} on an invalid option
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { fetch, tls, proxy = null, maxConnections } = options;
  if (fetch === undefined) return new NodeClient(options);
  const notOurs = Object.entries({ tls, proxy: proxy ?? undefined, maxConnections });
  const [unused] = notOurs.find(([, value]) => value !== undefined) ?? [];
  if (unused !== undefined) throw new InvalidArgumentError(unused, 'has no effect together with fetch');
  return new FetchClient(fetch, options);
}

const parsed = (proxy: string | Proxy): Proxy => (typeof proxy === 'string' ? parseProxy(proxy) : proxy);

class NodeClient implements HttpClient {
  readonly #pool: ConnectionPool;
  /** The line in front of the pool. A call that is aborted while it waits leaves it at once, and has sent nothing. */
  readonly #connections: Semaphore<undefined>;
  #closed = false;

  constructor(options: HttpClientOptions) {
    const { tls = {}, proxy = null, noProxy = '', maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
    this.#connections = Semaphore.of(aPoolSize('maxConnections', maxConnections));
    this.#pool = new ConnectionPool({
      tls: routerTls(tls),
      proxy: proxy === null ? undefined : { ...parsed(proxy), tls: proxyTls(tls) },
      noProxy,
      allowRemoteHttp: options.allowRemoteHttp ?? false,
      userAgent: options.userAgent,
    });
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    return this.#run(request, (attempt) =>
      roundTrip(request, attempt, {
        pool: this.#pool,
        receive: wholeAnswer,
      }),
    );
  }

  /** Resolves as soon as the head has arrived. The call's permit is released with its connection. */
  stream(request: HttpStreamRequest): Promise<HttpStreamResponse> {
    return new Promise((resolve, reject) => {
      this.#run(request, async (attempt) => {
        const { response, released } = await roundTrip(request, attempt, {
          pool: this.#pool,
          receive: (incoming) => streamedAnswer(incoming, request, attempt.signal),
        });
        resolve(response);
        await released;
      }).catch(reject);
    });
  }

  close(): void {
    this.#closed = true;
    this.#pool.close();
  }

  /**
   * Runs one attempt, with its deadline, once a connection may be used. Checks the request first, and wipes it last.
   */
  async #run<T>(request: HttpStreamRequest, task: (attempt: Attempt) => Promise<T>): Promise<T> {
    try {
      this.#checkOpen();
      checkRequest(request);
      return await this.#connections.run(() => this.#attempt(request, task), request.signal);
    } finally {
      if (request.wipeBody ?? true) request.body?.fill(0);
    }
  }

  async #attempt<T>(request: HttpRequest, task: (attempt: Attempt) => Promise<T>): Promise<T> {
    // The client may have been closed in the meantime.
    this.#checkOpen();
    const signal = new LightAbortController();
    const attempt: Attempt = { signal, sent: false };
    const expired = (): Error => timedOut(request.timeout, attempt.sent);
    const stopClock = startDeadline({ timeout: request.timeout, signal: request.signal, expired }, signal);
    try {
      return await task(attempt);
    } catch (error) {
      // Whatever the task throws, an aborted caller gets the reason and nothing else.
      const reason = signal.aborted ? signal.reason : error;
      if (attempt.sent) markSent(reason);
      throw reason;
    } finally {
      stopClock();
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new DisposedError('HttpClient');
  }
}

/**
 * Collects a body by events: for a short answer, an async iterator over the stream would cost more than the body
 * itself.
 *
 * @throws {SecurityError} `BODY_TOO_LARGE`, before anything is read if the length is declared
 * @throws {APIConnectionError} when the body ends before its declared length, or its connection is cut
 */
async function wholeAnswer(
  { status, headers, message, possiblyExecuted, release }: Incoming,
  { maxBytes, maxBytesName }: HttpRequest,
): Promise<HttpResponse> {
  const declared = declaredLength(headers);
  const body = new BodyCollector({ declared, maxBytes, maxBytesName, possiblyExecuted });
  await new Promise<void>((resolve, reject) => {
    message.on('data', (chunk: Uint8Array) => {
      if (!body.add(chunk)) message.destroy();
    });
    message.once('end', resolve);
    message.once('error', reject);
    message.once('close', () => {
      if (body.isTooLong || message.complete) {
        resolve();
        return;
      }
      body.drop();
      reject(cutOff(possiblyExecuted));
    });
  });
  const whole = body.end();
  await release();
  return { status, headers, body: whole };
}

function cutOff(possiblyExecuted: boolean): APIConnectionError {
  return new APIConnectionError('the connection was closed before the end of the answer', {
    possiblyExecuted,
  });
}

function streamedAnswer(
  { status, headers, message, possiblyExecuted, release }: Incoming,
  { maxBytes, maxBytesName, timeout, idleTimeout = timeout, headers: sent }: HttpStreamRequest,
  controller: LightAbortController,
): { readonly response: HttpStreamResponse; readonly released: Promise<void> } {
  let free = (): void => undefined;
  const released = new Promise<void>((resolve) => (free = resolve));
  // There may be no reader when the connection breaks; the next read then gets the error.
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
