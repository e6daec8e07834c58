/** The connections of one client: Node's keep-alive agents, over connections that were made and checked here. */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
// A default import: libraries that stand in for a server in tests replace functions of this object.
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

/** How connections are made. */
export interface PoolOptions {
  readonly tls: TlsSettings;
  readonly proxy: (Proxy & { readonly tls: TlsSettings }) | undefined;
  readonly noProxy: string;
  /** Whether `http:` may lead to other machines. */
  readonly allowRemoteHttp: boolean;
  /** Of requests that name none themselves. */
  readonly userAgent: string | undefined;
}

/** How long a connection may lie idle before it is used again. */
const IDLE = {
  /** Without a word from the server. Common servers close after 5 s; a request that meets that may be lost. */
  defaultMs: 4000,
  /** Whatever the server promises: firewalls on the way forget idle connections. */
  maxMs: 60_000,
  /** Given up this long before the server does. */
  marginMs: 1000,
} as const;

/** Node hands the options of a request on to `createConnection`: that is how the signal gets there. */
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

  /** A request that waits for a connection. Its `socket` event gives one that is established and checked. */
  open({ url, method, headers, body }: HttpRequest, signal: AbortSignalLike): ClientRequest {
    const isTls = url.protocol === 'https:';
    const agent = isTls ? this.#secure : this.#plain;
    // `auth`: Node would make an `Authorization` header of credentials in the URL.
    const options = { method, headers, agent, auth: null, connectSignal: signal, insecureHTTPParser: false };
    const outgoing = isTls ? https.request(url, options) : http.request(url, options);
    // `Host` and `Connection` are Node's; no `Accept-Encoding`: a compressed answer is never asked for.
    if (method !== 'GET') outgoing.setHeader('Content-Length', body?.byteLength ?? 0);
    const { userAgent } = this.#options;
    if (userAgent !== undefined && !outgoing.hasHeader('User-Agent')) {
      outgoing.setHeader('User-Agent', userAgent);
    }
    return outgoing;
  }

  /** Whether an answer came over a connection of this pool: the answers of test doubles do not. */
  isFromNetwork({ socket }: IncomingMessage): boolean {
    return this.#made.has(socket);
  }

  /** Notes how long the server keeps the connection of this answer (`Keep-Alive` header). */
  remember({ socket, headers }: IncomingMessage): void {
    const keepAlive = headers['keep-alive'];
    this.#idleMs.set(socket, keepAliveTimeout(typeof keepAlive === 'string' ? keepAlive : undefined));
  }

  /** Closes what is idle now, and the rest when it becomes idle. */
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
        // With an error, the socket is there for the types alone.
        (error: unknown) => made?.(isErrorLike(error) ? error : new Error('aborted'), new Socket()),
      );
    };
    agent.keepSocketAlive = (socket): boolean => {
      const idleMs = this.#idleMs.get(socket) ?? 0;
      if (this.#closed || idleMs === 0 || !(socket instanceof Socket)) return false;
      // No request is under way: what comes now would be taken for the answer to the next one.
      socket.on('data', destroyIt);
      socket.unref();
      // It counts from the last byte on, and goes on during requests, where the agent ignores its end: setting it anew
      // for each of them costs more.
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
 * How long a connection may lie idle, in ms; 0: not at all.
 *
 * @param keepAlive value of the `Keep-Alive` header, such as `timeout=5, max=100`
 */
export function keepAliveTimeout(keepAlive: string | undefined): number {
  const seconds = /(?:^|[\s,])timeout=(\d{1,9})/i.exec(keepAlive ?? '')?.[1];
  if (seconds === undefined) return IDLE.defaultMs;
  return Math.min(Math.max(Number(seconds) * 1000 - IDLE.marginMs, 0), IDLE.maxMs);
}
