/** The listening sockets, with their limits in size and time. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { LIMITS, type ResolvedOptions } from '../options.js';

/** Handles a request. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** How often to look for stalled answers, in ms. */
const STALL_CHECK_MS = 10_000;

/** A server, and the answers it is sending. */
export class GatewayServer {
  readonly #server: Server;
  readonly #answers = new Set<ServerResponse>();
  readonly #progress = new WeakMap<ServerResponse, Progress>();
  readonly #stallCheck: NodeJS.Timeout;

  constructor(tls: ResolvedOptions['tls'], listener: Listener) {
    const limits = {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersMs,
      requestTimeout: LIMITS.requestMs,
      connectionsCheckingInterval: LIMITS.checkMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
    };
    this.#server =
      tls === undefined
        ? createHttpServer(limits)
        : createHttpsServer({ ...limits, ...tls, handshakeTimeout: LIMITS.headersMs });
    this.#server.maxConnections = LIMITS.connections;
    this.#server.on('request', (request, response) => {
      this.#watch(response);
      listener(request, response);
    });
    this.#stallCheck = setInterval(() => this.#endStalled(), STALL_CHECK_MS);
    this.#stallCheck.unref();
  }

  /** @returns the port  @throws what `listen` says, such as EADDRINUSE */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Accepts no new connections and closes idle ones. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Closes every connection. */
  destroy(): void {
    clearInterval(this.#stallCheck);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #watch(response: ServerResponse): void {
    this.#answers.add(response);
    response.once('close', () => this.#answers.delete(response));
  }

  /** Cuts off clients that read nothing of their answer: the gateway would have to hold it in memory. */
  #endStalled(): void {
    for (const response of this.#answers) {
      const written = bytesWritten(response.socket);
      const isFull = response.writableNeedDrain || response.writableLength > 0;
      const progress = this.#progress.get(response);
      if (!isFull || written !== progress?.written) {
        this.#progress.set(response, { written, since: Date.now() });
      } else if (Date.now() - progress.since > LIMITS.stallMs) response.destroy();
    }
  }
}

interface Progress {
  readonly written: number;
  readonly since: number;
}

const bytesWritten = (socket: Socket | null): number =>
  (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
