/** The server: started, drained, ended. */
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { assemble, type Parts } from './assemble.js';
import { createHandler } from './http/handler.js';
import { createListener, listen, shut } from './http/listener.js';
import { createObserver } from './observe/observer.js';
import { settingsOf, type ServerOptions, type ServerSettings } from './options.js';

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
  const settings = settingsOf(options);
  const server = new GatewayServer(settings, await assemble(settings));
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class GatewayServer implements RouterServer {
  readonly #settings: ServerSettings;
  readonly #parts: Parts;
  readonly #listener: Server;
  readonly #observer: Server;
  /** For other routers: what they pass on ends here. */
  readonly #peerListener: Server;
  #ports: { readonly port: number; readonly metricsPort: number | undefined } = {
    port: 0,
    metricsPort: undefined,
  };
  /** A router without requests does not hold the answers of the last ones. */
  readonly #sweeping: NodeJS.Timeout;
  #draining: Promise<void> | undefined;

  constructor(settings: ServerSettings, parts: Parts) {
    this.#settings = settings;
    this.#parts = parts;
    const { gateway } = parts;
    const { limits, replays, now } = gateway;
    this.#sweeping = setInterval(() => replays.sweep?.(now()), limits.replaySweepMs).unref();
    this.#listener = createListener(settings.tls, createHandler(gateway, true), limits);
    this.#peerListener = createListener(undefined, createHandler(gateway, false), limits);
    this.#observer = createObserver(gateway.metrics, { trouble: () => this.#trouble() });
  }

  get url(): string {
    const { tls, host } = this.#settings;
    return `${tls === undefined ? 'http' : 'https'}://${authority(host, this.port)}`;
  }

  get port(): number {
    return this.#ports.port;
  }

  get metricsPort(): number | undefined {
    return this.#ports.metricsPort;
  }

  async listen(): Promise<void> {
    const { host, port, metricsHost, metricsPort } = this.#settings;
    const observed =
      metricsPort === undefined ? undefined : await listen(this.#observer, metricsHost, metricsPort);
    await this.#joinFleet();
    this.#ports = { port: await listen(this.#listener, host, port), metricsPort: observed };
    const { log } = this.#parts;
    if (observed !== undefined) {
      log.write('started', { message: `metrics on http://${authority(metricsHost, observed)}` });
    }
    log.write('started', { message: this.url });
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async close(): Promise<void> {
    this.#parts.stop.abort('the server stops');
    this.#listener.closeAllConnections();
    this.#peerListener.closeAllConnections();
    await this.drain();
  }

  async #joinFleet(): Promise<void> {
    const { fleet } = this.#settings;
    if (fleet === undefined) return;
    const port = await listen(this.#peerListener, fleet.host, fleet.port);
    await this.#parts.registry?.start(authority(fleet.host, port));
  }

  async #drain(): Promise<void> {
    const { state, log, registry, gateway, stop } = this.#parts;
    const { exchanges, limits } = gateway;
    state.isDraining = true;
    log.write('draining', {});
    await registry?.close();
    const closed = Promise.all([shut(this.#listener), shut(this.#peerListener)]);
    const deadline = Date.now() + limits.drainMs;
    // Whole answers are finished also when their clients are gone: connections alone do not tell.
    while (exchanges.count > 0 && Date.now() < deadline && !stop.signal.aborted) {
      this.#listener.closeIdleConnections();
      await sleep(20);
    }
    stop.abort('the server stops');
    this.#listener.closeIdleConnections();
    await Promise.race([closed, sleep(limits.httpHeadMs, undefined, { ref: false })]);
    this.#listener.closeAllConnections();
    this.#peerListener.closeAllConnections();
    await this.#end();
  }

  async #end(): Promise<void> {
    clearInterval(this.#sweeping);
    const { keys, upstreams, gateway, log, v1Key } = this.#parts;
    keys.close();
    v1Key?.dispose();
    for (const upstream of upstreams) upstream.close();
    await gateway.replays.close();
    this.#observer.closeAllConnections();
    await shut(this.#observer);
    log.write('stopped', {});
  }

  #trouble(): string | undefined {
    if (this.#draining !== undefined) return 'draining';
    return this.#parts.keys.canPublish ? undefined : 'no key, or the signer is over';
  }
}

function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
