/** The server: every part put together, started and drained. */
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiter } from './access/rate-limit.js';
import type { Route } from './exchange/run.js';
import { ByteBudget } from './http/budget.js';
import { createHandler, Exchanges, type Gateway } from './http/handler.js';
import { createListener, listen, shut } from './http/listener.js';
import { KeyStore } from './kem/key-store.js';
import { LIMITS } from './limits.js';
import { createLog, type Log } from './observe/log.js';
import { createMetrics } from './observe/metrics.js';
import { createObserver } from './observe/observer.js';
import type { ServerOptions } from './options.js';
import { guarded } from './replay/guarded.js';
import { Upstream } from './upstream/client.js';
import { upstreamBase } from './upstream/endpoint.js';

/** A server that listens. */
export interface RouterServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** `undefined` when there is none. */
  readonly metricsPort: number | undefined;
  /** Refuses new requests, waits for those under way, destroys the keys. Idempotent. */
  drain(): Promise<void>;
  /** The same without waiting: connections are cut. */
  close(): Promise<void>;
}

/** @throws what `listen` throws, such as EADDRINUSE */
export async function startServer(options: ServerOptions): Promise<RouterServer> {
  const log = createLog(options.print);
  const keys = await KeyStore.start({
    ...options,
    now: options.now ?? ((): number => Date.now() / 1_000),
    onTrouble: (message) => log.write('trouble', { message }),
  });
  const server = new GatewayServer(options, keys, log);
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class GatewayServer implements RouterServer {
  readonly #options: ServerOptions;
  readonly #keys: KeyStore;
  readonly #log: Log;
  readonly #exchanges = new Exchanges();
  readonly #stop = new AbortController();
  readonly #upstreams: readonly Upstream[];
  readonly #gateway: Gateway;
  readonly #listener: Server;
  readonly #observer: Server;
  #ports: { readonly port: number; readonly metricsPort: number | undefined } = {
    port: 0,
    metricsPort: undefined,
  };
  #draining: Promise<void> | undefined;

  constructor(options: ServerOptions, keys: KeyStore, log: Log) {
    this.#options = options;
    this.#keys = keys;
    this.#log = log;
    const { routes, upstreams } = routesOf(options);
    this.#upstreams = upstreams;
    this.#gateway = this.#makeGateway(routes);
    this.#listener = createListener(options.tls, createHandler(this.#gateway, this.#exchanges));
    this.#observer = createObserver(this.#gateway.metrics, { trouble: () => this.#trouble() });
  }

  get url(): string {
    const { tls, host } = this.#options;
    const name = host.includes(':') ? `[${host}]` : host;
    return `${tls === undefined ? 'http' : 'https'}://${name}:${String(this.port)}`;
  }

  get port(): number {
    return this.#ports.port;
  }

  get metricsPort(): number | undefined {
    return this.#ports.metricsPort;
  }

  async listen(): Promise<void> {
    const { host, port, metricsHost, metricsPort } = this.#options;
    const observed =
      metricsPort === undefined ? undefined : await listen(this.#observer, metricsHost, metricsPort);
    this.#ports = { port: await listen(this.#listener, host, port), metricsPort: observed };
    if (observed !== undefined) {
      this.#log.write('started', { message: `metrics on http://${metricsHost}:${String(observed)}` });
    }
    this.#log.write('started', { message: this.url });
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#listener.closeAllConnections();
    await this.drain();
  }

  async #drain(): Promise<void> {
    this.#log.write('draining', {});
    const closed = shut(this.#listener);
    const deadline = Date.now() + LIMITS.drainMs;
    // Whole answers are finished also when their clients are gone: connections alone do not tell.
    while (this.#exchanges.count > 0 && Date.now() < deadline && !this.#stop.signal.aborted) {
      this.#listener.closeIdleConnections();
      await sleep(20);
    }
    this.#stop.abort();
    this.#listener.closeIdleConnections();
    await Promise.race([closed, sleep(LIMITS.httpHeadMs, undefined, { ref: false })]);
    this.#listener.closeAllConnections();
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#keys.close();
    for (const upstream of this.#upstreams) upstream.close();
    await this.#gateway.replays.close();
    this.#observer.closeAllConnections();
    await shut(this.#observer);
    this.#log.write('stopped', {});
  }

  #trouble(): string | undefined {
    if (this.#draining !== undefined) return 'draining';
    return this.#keys.keys.length === 0 ? 'no key' : undefined;
  }

  #makeGateway(routes: Gateway['routes']): Gateway {
    const { access, protocol, signer, now } = this.#options;
    const trouble = (message: string): void => this.#log.write('trouble', { message });
    return {
      access,
      protocol,
      routes,
      limiter: new RateLimiter(),
      replays: guarded(this.#options.replays, trouble),
      forgetKeys: () => this.#keys.renew(),
      keys: this.#keys,
      budget: new ByteBudget(LIMITS.bodiesInFlight),
      log: this.#log,
      metrics: createMetrics({
        keys: () => this.#keys.keys.length,
        signerEnd: () => signer.notAfter,
        exchanges: () => this.#exchanges.count,
      }),
      now: now ?? ((): number => Date.now() / 1_000),
      isDraining: () => this.#draining !== undefined,
      stop: this.#stop.signal,
      v1: undefined,
    };
  }
}

/** One client for each server, however many tiers lead to it. */
function routesOf({ tiers, upstreamApiKey }: ServerOptions): {
  routes: Gateway['routes'];
  upstreams: readonly Upstream[];
} {
  const upstreams = new Map<string, Upstream>();
  const routes = new Map<Parameters<Gateway['routes']['get']>[0], Route>();
  for (const [tier, { upstream: text, models }] of tiers) {
    const base = upstreamBase('upstream', text);
    const upstream =
      upstreams.get(base.href) ??
      new Upstream({ base, apiKey: upstreamApiKey, maxSockets: LIMITS.exchanges });
    upstreams.set(base.href, upstream);
    routes.set(tier, { upstream, models });
  }
  return { routes, upstreams: [...upstreams.values()] };
}
