/** The listening socket: plain or TLS, with every connection known, so that one can be cut, reset or closed. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';

/** One accepted TCP connection. */
export interface Connection {
  /** 1 for the first since the start. */
  readonly id: number;
  /** Ends it with a RST, under TLS too. */
  reset(): void;
}

/** Answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, connection: Connection) => void;

/** PEM of a certificate chain and its key. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Longer than a client keeps a connection, so that no kept-alive request meets a closing server; in ms. */
const KEEP_ALIVE_MS = 60_000;

/** Listens, and keeps account of its connections. */
export class Listener {
  readonly #server: Server;
  readonly #open = new Map<string, { readonly socket: Socket; readonly id: number }>();
  #accepted = 0;

  constructor(tls: TlsIdentity | undefined, handler: Handler) {
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      handler(request, response, this.#connectionOf(request.socket));
    };
    this.#server =
      tls === undefined ? createServer(serve) : createTlsServer({ key: tls.key, cert: tls.cert }, serve);
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
  }

  /** Connections since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** @returns the port */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('this is no TCP socket');
    return address.port;
  }

  /** Ends every connection, at once. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { socket } of this.#open.values()) socket.destroy();
    await closed;
  }

  #track(socket: Socket): void {
    const name = nameOf(socket);
    this.#accepted += 1;
    this.#open.set(name, { socket, id: this.#accepted });
    socket.once('close', () => this.#open.delete(name));
  }

  /** A TLS socket hides the TCP socket under it; both know the peer's port. */
  #connectionOf(socket: Socket): Connection {
    const entry = this.#open.get(nameOf(socket));
    return { id: entry?.id ?? 0, reset: () => entry?.socket.resetAndDestroy() };
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${String(remotePort)}`;
}
