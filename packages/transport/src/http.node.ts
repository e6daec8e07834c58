/** `#http` on Node: node:http and node:https over connections of one's own. */
import { DisposedError, InvalidArgumentError, Semaphore } from '@nomyo/base';
import { markSent } from './after-sending.js';
import { withLightDeadline } from './deadline.js';
import { timedOut } from './errors.js';
import { exchange, type Progress } from './exchange.node.js';
import { FetchClient } from './fetch-client.js';

import {
  checkMaxSockets,
  checkRequest,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from './http.js';
import { ConnectionPool } from './pool.node.js';
import { parseProxy } from './proxy.js';
import { proxyTls, routerTls } from './tls.node.js';

const DEFAULT_MAX_SOCKETS = 64;

/**
 * A client with connections of its own; nothing is opened before the first request.
 *
 * @throws {InvalidArgumentError} on a wrong option
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { fetch, tls, proxy = null } = options;
  if (fetch === undefined) return new NodeClient(options);
  if (tls !== undefined) throw new InvalidArgumentError('tls', 'has no effect on a fetch of your own');
  if (proxy !== null) throw new InvalidArgumentError('proxy', 'has no effect on a fetch of your own');
  return new FetchClient(fetch);
}

class NodeClient implements HttpClient {
  readonly #pool: ConnectionPool;
  /** In front of the pool: who is aborted in the line leaves it at once, and has sent nothing. */
  readonly #gate: Semaphore<undefined>;
  #closed = false;

  constructor({ tls = {}, proxy = null, noProxy = '', maxSockets = DEFAULT_MAX_SOCKETS }: HttpClientOptions) {
    this.#gate = Semaphore.of(checkMaxSockets(maxSockets));
    this.#pool = new ConnectionPool({
      tls: routerTls(tls),
      proxy: proxy === null ? undefined : { ...parseProxy(proxy), tls: proxyTls(tls) },
      noProxy,
    });
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      if (this.#closed) throw new DisposedError('HttpClient');
      checkRequest(request);
      return await this.#send(request);
    } finally {
      if (request.wipeBody ?? true) request.body?.fill(0);
    }
  }

  close(): void {
    this.#closed = true;
    this.#pool.close();
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { timeout, signal } = request;
    const progress: Progress = { sent: false };
    const expired = (): Error => timedOut(timeout, progress.sent);
    try {
      return await withLightDeadline({ timeout, signal, expired }, (ended) =>
        this.#gate.run(() => exchange(request, this.#pool, progress, ended), ended),
      );
    } catch (error) {
      if (progress.sent) markSent(error);
      throw error;
    }
  }
}
