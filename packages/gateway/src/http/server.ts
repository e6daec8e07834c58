/** The sockets: limits in size and time, and the first look at a request before anything reads it. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { LIMITS, type ResolvedOptions } from '../options.js';

/** What comes next. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** How often stalled answers are looked for, in ms. */
const STALL_CHECK_MS = 10_000;

/** A server that listens, and its answers under way. */
export class GatewayServer {
  readonly #server: Server;
  readonly #answers = new Map<ServerResponse, Progress>();
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
    // Nobody here speaks another protocol.
    this.#server.on('upgrade', (_request, socket) => socket.destroy());
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

  /** No new connections, and none that idles. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Ends what is left. */
  destroy(): void {
    clearInterval(this.#stallCheck);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #watch(response: ServerResponse): void {
    this.#answers.set(response, { written: 0, since: Date.now() });
    response.once('close', () => this.#answers.delete(response));
  }

  /** A client that has an answer to take and takes nothing is cut: its memory is the gateway's. */
  #endStalled(): void {
    for (const [response, progress] of this.#answers) {
      const written = bytesWritten(response.socket);
      const isFull = response.writableNeedDrain || response.writableLength > 0;
      if (!isFull || written !== progress.written) {
        this.#answers.set(response, { written, since: Date.now() });
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
