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

/** A server, and its open connections. */
export class GatewayServer {
  readonly #server: Server;
  readonly #connections = new Map<Socket, Progress>();
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
    this.#server.on('request', listener);
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#watch(socket),
    );
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

  /** Connections and not answers, which come and go too often: see `Line`. */
  #watch(socket: Socket): void {
    this.#connections.set(socket, { written: 0, since: Date.now() });
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** Cuts off clients that read nothing of their answer: the gateway would have to hold it in memory. */
  #endStalled(): void {
    for (const [socket, { written, since }] of this.#connections) {
      const writtenNow = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || writtenNow !== written) {
        this.#connections.set(socket, { written: writtenNow, since: Date.now() });
      } else if (Date.now() - since > LIMITS.stallMs) socket.destroy();
    }
  }
}

interface Progress {
  readonly written: number;
  readonly since: number;
}
