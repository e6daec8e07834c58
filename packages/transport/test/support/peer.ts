/** A server that says exactly what a test wants, byte by byte: over node:net or node:tls, with no HTTP library. */
import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';

export interface Received {
  /** Request line and headers. */
  readonly head: string;
  readonly body: Buffer;
  readonly socket: net.Socket;
  /** 1 for the first connection. */
  readonly connection: number;
}

export type Respond = (received: Received) => void;

export interface PeerOptions {
  readonly tls?: tls.TlsOptions;
  /** Answers as soon as the head is there. Default: when the body is. */
  readonly early?: boolean;
}

export class Peer {
  readonly requests: Received[] = [];
  readonly sockets = new Set<net.Socket>();
  /** Raw bytes of every connection. */
  bytes = 0;
  connections = 0;
  respond: Respond;
  readonly #raw = new Map<number | undefined, net.Socket>();
  readonly #server: net.Server;
  readonly #options: PeerOptions;

  private constructor(respond: Respond, options: PeerOptions) {
    this.respond = respond;
    this.#options = options;
    const listener = (socket: net.Socket) => this.#accept(socket);
    this.#server =
      options.tls === undefined ? net.createServer(listener) : tls.createServer(options.tls, listener);
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('connection', (socket: net.Socket) => this.#raw.set(socket.remotePort, socket));
  }

  static async start(respond: Respond, options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer(respond, options);
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Whether every connection that carried a request is closed. (undici opens a new one after an abort.) */
  get isCutOff(): boolean {
    return this.requests.every(({ socket }) => socket.destroyed);
  }

  /** Ends a connection without a farewell. */
  reset(socket: net.Socket): void {
    if (socket instanceof tls.TLSSocket) this.#raw.get(socket.remotePort)?.destroy();
    else socket.resetAndDestroy();
  }

  get url(): URL {
    return new URL(
      `${this.#options.tls === undefined ? 'http' : 'https'}://localhost:${String(this.port)}/x`,
    );
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: net.Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    let parts: Buffer[] = [];
    let length = 0;
    let awaited = Infinity;
    let answered = false;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.byteLength;
      parts.push(chunk);
      length += chunk.byteLength;
      if (awaited === Infinity) awaited = lengthOf(Buffer.concat(parts));
      const isWhole = length >= awaited;
      if (awaited === Infinity || (!isWhole && (answered || this.#options.early !== true))) return;
      const received = { ...split(Buffer.concat(parts)), socket, connection };
      if (isWhole) this.requests.push(received);
      if (!answered) this.respond(received);
      answered = !isWhole;
      if (!isWhole) return;
      parts = [];
      length = 0;
      awaited = Infinity;
    });
  }
}

/** Of a request whose head is there; otherwise infinite. */
function lengthOf(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return Infinity;
  const head = bytes.subarray(0, end).toString('latin1');
  return end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
}

function split(bytes: Buffer): { head: string; body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n');
  return { head: bytes.subarray(0, end).toString('latin1'), body: bytes.subarray(end + 4) };
}

/** A whole answer as bytes. */
export function answer(
  body: string | Buffer = 'ok',
  { status = '200 OK', headers = [] as readonly string[] } = {},
): Buffer {
  const bytes = Buffer.from(body);
  const lines = [`HTTP/1.1 ${status}`, `Content-Length: ${String(bytes.byteLength)}`, ...headers, '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), bytes]);
}

/** Answers every request with the same bytes. */
export const always =
  (bytes: Buffer | string): Respond =>
  ({ socket }) =>
    void socket.write(bytes);

/** The error that a promise rejects with; fails when it does not reject. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}

/** @throws when the connection has no TLS */
export function tlsOf(received: Pick<Received, 'socket'> | undefined): tls.TLSSocket {
  if (received?.socket instanceof tls.TLSSocket) return received.socket;
  throw new Error('no TLS connection');
}

export { until } from '@nomyo/testkit';
