/** The connection pool of one client: Node's keep-alive agents, over connections that are made and checked here. */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
// A default import, because libraries that mock servers in tests replace functions of this object.
import https from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AbortSignalLike } from '@nomyo/base';
import { connectTcp, connectTls, type Address } from './connect.node.js';
import { isErrorLike } from '../errors/connection-error.js';
import type { HttpRequest } from '../client/http.js';
import { http } from './node-http.node.js';
import { bypassesProxy, type Proxy } from './proxy.js';
import type { TlsSettings } from './tls.node.js';
import { openTunnel } from './tunnel.node.js';

/** Options of {@link ConnectionPool}. */
export interface PoolOptions {
  readonly tls: TlsSettings;
  readonly proxy: (Proxy & { readonly tls: TlsSettings }) | undefined;
  readonly noProxy: string;
  /** Whether `http:` may lead to other machines. */
  readonly allowRemoteHttp: boolean;
  /** For requests that do not set their own. */
  readonly userAgent: string | undefined;
}

/** Limits on the idle time of a connection that is used again. */
const IDLE = {
  /** Without a `Keep-Alive` header. Common servers close after 5 s, and a request sent at that moment may be lost. */
  defaultMs: 4000,
  /** Whatever the server promises, because firewalls on the way forget idle connections. */
  maxMs: 60_000,
  /** Margin by which the connection is closed before the server does. */
  marginMs: 1000,
} as const;

/** Node passes the options of a request on to `createConnection`, and the signal along with them. */
interface ConnectOptions extends https.RequestOptions {
  readonly connectSignal?: AbortSignalLike;
}

type Made = (error: Error | null, socket: Duplex) => void;

/** Opens, keeps and closes the connections of one client. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #plain: Agent;
  readonly #secure: https.Agent;
  readonly #made = new WeakSet<Duplex>();
  readonly #idleMs = new WeakMap<Duplex, number>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const keepAlive = { keepAlive: true, maxSockets: Infinity };
    this.#plain = this.#equip(new http.Agent(keepAlive), (address, signal) =>
      connectTcp(address, signal, { onlyLoopback: !options.allowRemoteHttp }),
    );
    this.#secure = this.#equip(new https.Agent(keepAlive), (address, signal) =>
      this.#connectTls(address, signal),
    );
  }

  /**
   * Opens a request, which waits for a connection. Its `socket` event hands over one that is established and checked.
   */
  open({ url, method, headers, body }: HttpRequest, signal: AbortSignalLike): ClientRequest {
    const isTls = url.protocol === 'https:';
    const agent = isTls ? this.#secure : this.#plain;
    // `auth: null`, or Node would turn credentials in the URL into an `Authorization` header.
    const options = { method, headers, agent, auth: null, connectSignal: signal, insecureHTTPParser: false };
    const outgoing = isTls ? https.request(url, options) : http.request(url, options);
    // Node sets `Host` and `Connection`. There is no `Accept-Encoding`: compressed answers are never requested.
    if (method !== 'GET') outgoing.setHeader('Content-Length', body?.byteLength ?? 0);
    const { userAgent } = this.#options;
    if (userAgent !== undefined && !outgoing.hasHeader('User-Agent')) {
      outgoing.setHeader('User-Agent', userAgent);
    }
    return outgoing;
  }

  /** Reports whether an answer came over a connection of this pool; the answers of test doubles do not. */
  isFromNetwork({ socket }: IncomingMessage): boolean {
    return this.#made.has(socket);
  }

  /** Records how long the server keeps the connection of this answer open (`Keep-Alive` header). */
  remember({ socket, headers }: IncomingMessage): void {
    const keepAlive = headers['keep-alive'];
    this.#idleMs.set(socket, keepAliveTimeout(typeof keepAlive === 'string' ? keepAlive : undefined));
  }

  /** Closes idle connections now, and the others as they become idle. */
  close(): void {
    this.#closed = true;
    for (const agent of [this.#plain, this.#secure]) {
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy();
      }
    }
  }

  #equip<A extends Agent>(agent: A, connect: (to: Address, signal: AbortSignalLike) => Promise<Socket>): A {
    const reuse = agent.reuseSocket.bind(agent);
    agent.createConnection = (options: ConnectOptions, made?: Made): undefined => {
      const address = { host: String(options.host), port: Number(options.port) };
      const signal = options.connectSignal ?? new AbortController().signal;
      connect(address, signal).then(
        (socket) => {
          this.#made.add(socket);
          made?.(null, socket);
        },
        // With an error, the socket is only there for the types.
        (error: unknown) => made?.(isErrorLike(error) ? error : new Error('aborted'), new Socket()),
      );
    };
    agent.keepSocketAlive = (socket): boolean => {
      const idleMs = this.#idleMs.get(socket) ?? 0;
      if (this.#closed || idleMs === 0 || !(socket instanceof Socket)) return false;
      // No request is under way, so anything that arrives now would be taken for the answer to the next one.
      socket.on('data', destroyIt);
      socket.unref();
      // The timeout counts from the last byte, and keeps running during requests, where the agent ignores it. Setting
      // it again for each request would cost more.
      if (socket.timeout !== idleMs) socket.setTimeout(idleMs);
      return true;
    };
    agent.reuseSocket = (socket, request): void => {
      socket.off('data', destroyIt);
      reuse(socket, request);
    };
    return agent;
  }

  async #connectTls(address: Address, signal: AbortSignalLike): Promise<Socket> {
    const { tls, proxy, noProxy } = this.#options;
    if (proxy === undefined || bypassesProxy(noProxy, address.host, address.port)) {
      return connectTls(address, tls, signal);
    }
    return connectTls(address, tls, signal, await openTunnel(proxy, proxy.tls, address, signal));
  }
}

function destroyIt(this: Duplex): void {
  this.destroy();
}

/**
 * The time that a connection may be idle, in ms; 0: it must not be used again.
 *
 * @param keepAlive value of the `Keep-Alive` header, such as `timeout=5, max=100`
 */
export function keepAliveTimeout(keepAlive: string | undefined): number {
  const seconds = /(?:^|[\s,])timeout=(\d{1,9})/i.exec(keepAlive ?? '')?.[1];
  if (seconds === undefined) return IDLE.defaultMs;
  return Math.min(Math.max(Number(seconds) * 1000 - IDLE.marginMs, 0), IDLE.maxMs);
}
