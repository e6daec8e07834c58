import { getRequestListener } from '@hono/node-server';
import { SecureChatCompletion, type Logger, type LogEntry } from 'nomyo-js';
import { createSecureFetch, type SecureFetch } from 'nomyo-js/fetch';
import { createApp } from './app.js';
import { Admission } from './calls/admission.js';
import { CallBook } from './calls/book.js';
import { desk } from './calls/desk.js';
import { Relay } from './calls/relay.js';
import { entrance } from './entrance.js';
import { Facts } from './facts.js';
import { Gate } from './gate.js';
import { vouchedBy, type Names } from './http/host.js';
import { GatewayServer, type Listener } from './http/server.js';
import { tokenCheck } from './http/token.js';
import { Metrics } from './metrics.js';
import { LIMITS, resolveOptions, type GatewayOptions, type ResolvedOptions } from './options.js';
import type { Snapshot } from './status/snapshot.js';

/** A gateway that listens. */
export interface Gateway {
  /** Such as `http://127.0.0.1:11435`. Clients want `/v1` appended, except for Anthropic's and Ollama's. */
  readonly url: string;
  readonly port: number;
  /** The token that clients must send. */
  readonly token: string;
  /** Resolves once the keys of both sides are there. */
  ready(): Promise<void>;
  /**
   * Takes no new calls, lets running ones finish, then closes. Idempotent; a second call with a shorter time closes sooner.
   *
   * @param graceMs after which calls under way are ended, in ms. Default: 0
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts a gateway: an HTTP server that speaks the protocols of OpenAI, Anthropic and Ollama, and seals every call to
 * the router before it leaves the process.
 *
 * @throws {InvalidArgumentError} on a wrong option, before anything listens
 * @throws {SecurityError} as `new SecureChatCompletion()` does
 * @throws what `listen` throws, such as EADDRINUSE
 *
 * @example
 * const gateway = await startGateway({ client: { apiKey } });
 * // OPENAI_BASE_URL: `${gateway.url}/v1`, OPENAI_API_KEY: gateway.token
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new LocalGateway(resolveOptions(options));
  try {
    await gateway.listen();
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return gateway;
}

class LocalGateway implements Gateway {
  readonly token: string;
  readonly #options: ResolvedOptions;
  readonly #startedAt = Date.now();
  readonly #client: SecureChatCompletion;
  readonly #fetch: SecureFetch;
  readonly #facts: Facts;
  readonly #admission: Admission;
  readonly #book: CallBook;
  readonly #server: GatewayServer;
  #port = 0;
  #isDraining = false;

  constructor(options: ResolvedOptions) {
    this.token = options.token;
    this.#options = options;
    this.#facts = new Facts(options.client);
    const { maxRetries, ...client } = options.client;
    this.#client = new SecureChatCompletion({ ...client, logger: both(this.#facts.logger, client.logger) });
    this.#fetch = createSecureFetch({
      client: this.#client,
      passthrough: ['GET /v1/models'],
      ...(maxRetries === undefined ? {} : { maxRetries }),
      ...(options.securityTier === undefined ? {} : { securityTier: options.securityTier }),
    });
    this.#admission = new Admission(options.maxConcurrent, options.maxQueue);
    const metrics = new Metrics(this.#admission);
    this.#book = new CallBook((call) => {
      metrics.count(call);
      options.onCall(call);
    });
    const gate = new Gate(tokenCheck(this.token), () => this.#isDraining, metrics);
    const app = desk(this.#relay(), gate, this.#app(gate, metrics));
    this.#server = new GatewayServer(options.tls, entrance(this.#names(), metrics, app));
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    const { host, tls } = this.#options;
    return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${String(this.#port)}`;
  }

  async listen(): Promise<void> {
    this.#port = await this.#server.listen(this.#options.host, this.#options.port);
  }

  ready(): Promise<void> {
    return this.#fetch.ready();
  }

  async close(graceMs = 0): Promise<void> {
    this.#isDraining = true;
    this.#server.stop();
    await within(graceMs, this.#idle());
    this.#server.destroy();
    this.#fetch.dispose();
    this.#client.dispose();
  }

  /** Resolves once all calls have ended and their answers are delivered. */
  async #idle(): Promise<void> {
    await this.#admission.empty();
    await this.#book.empty();
  }

  #relay(): Relay {
    const { model, securityTier } = this.#options;
    return new Relay({
      fetch: (url, init) => this.#fetch(url, init),
      admission: this.#admission,
      book: this.#book,
      maxBodyBytes: LIMITS.bodyBytes,
      model,
      tier: securityTier,
    });
  }

  #app(gate: Gate, metrics: Metrics): Listener {
    const { fetch } = createApp({
      fetch: (url, init) => this.#fetch(url, init),
      metrics,
      gate,
      snapshot: () => this.#snapshot(),
      model: this.#options.model,
    });
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
    return (request, response) => void listener(request, response);
  }

  #names(): () => Names {
    const { tls } = this.#options;
    const vouches = tls === undefined ? (): boolean => false : vouchedBy(tls.cert);
    return () => ({ scheme: tls === undefined ? 'http' : 'https', port: this.#port, vouches });
  }

  async #snapshot(): Promise<Snapshot> {
    const now = Date.now();
    const { maxConcurrent, maxQueue } = this.#options;
    return {
      now,
      startedAt: this.#startedAt,
      router: await this.#facts.router(now, () => this.#client.ready()),
      key: this.#facts.key(),
      memory: this.#client.getMemoryProtectionInfo().details,
      running: this.#admission.running,
      waiting: this.#admission.waiting,
      maxConcurrent,
      maxQueue,
      totals: this.#book.totals,
      live: this.#book.live,
      recent: this.#book.recent,
    };
  }
}

/** Resolves with `task`, or when time is up. */
async function within(ms: number, task: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task, over]);
  clearTimeout(timer);
}

function both(own: Logger, other: Logger | undefined): Logger {
  const tell = (level: 'debug' | 'info' | 'warn') => (entry: LogEntry) => {
    own[level](entry);
    other?.[level](entry);
  };
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn') };
}
