import { createPlan, type FailPlan, type FailSpec } from './fail/plan.js';
import { createHandler } from './handler.js';
import { withCors } from './http/cors.js';
import { Listener, type Handler } from './http/listener.js';
import { SeenRing, type SeenRequest } from './http/seen.js';
import { openRequests, type OpenedRequest } from './inspect/open-requests.js';
import { logLine } from './log.js';
import { resolveOptions, type RouterOptions, type Settings } from './options.js';
import { RateLimiter } from './policy/rate-limiter.js';
import { ClientKeys } from '../v1/client-keys.js';
import { RouterKey } from '../v1/router-key.js';
import { makeIdentity, type Identity } from './tls/identity.js';

/** A router that listens. */
export interface Router {
  /** The base URL for clients, with the prefix, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** `sha256/BASE64` of the SPKI of the key of the moment: what a client pins. */
  readonly fingerprint: string;
  /** SPKI PEM of the key of the moment. */
  readonly publicKeyPem: string;
  /** PEM of the authority to trust, when the certificate was made on the spot. */
  readonly ca: string | undefined;
  /** The last requests, oldest first; a copy. */
  readonly requests: readonly SeenRequest[];
  /**
   * The calls for a completion among {@link requests}, opened, oldest first. What cannot be opened is left out. To be
   * asked before {@link close}, which forgets the keys.
   */
  opened(): Promise<readonly OpenedRequest[]>;
  /** Connections since the start. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** Takes a new key: envelopes to the old one get 400 from now on. */
  rotateKey(): Promise<void>;
  /** @throws {InvalidArgumentError} on a mode that does not exist */
  setFail(fail: FailSpec | undefined): void;
  /** Stops listening, ends every connection, forgets the key. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a router that speaks protocol version 1, for development and tests.
 *
 * @throws {InvalidArgumentError} on a wrong option, before anything is made
 * @throws {SecurityError} `INVALID_KEY` when `keyPem` is no RSA private key
 * @throws what `listen` throws, such as EADDRINUSE
 */
export async function startRouter(options: RouterOptions = {}): Promise<Router> {
  const settings = resolveOptions(options);
  const [identity, key] = await Promise.all([
    makeIdentity(settings.tls, settings.host),
    RouterKey.from(settings.keyPem, settings.keySize),
  ]);
  const router = new LocalRouter(settings, identity, key);
  try {
    await router.listen();
  } catch (error) {
    key.dispose();
    throw error;
  }
  return router;
}

class LocalRouter implements Router {
  readonly ca: string | undefined;
  readonly #settings: Settings;
  readonly #scheme: 'http' | 'https';
  readonly #key: RouterKey;
  readonly #ring: SeenRing;
  readonly #listener: Listener;
  #plan: FailPlan;
  #port = 0;

  constructor(settings: Settings, identity: Identity | undefined, key: RouterKey) {
    this.ca = identity?.ca;
    this.#settings = settings;
    this.#scheme = identity === undefined ? 'http' : 'https';
    this.#key = key;
    this.#ring = new SeenRing(settings.keepRequests);
    this.#plan = settings.plan;
    const { allowOrigin } = settings;
    const handler = this.#handler();
    this.#listener = new Listener(
      identity,
      allowOrigin === undefined ? handler : withCors(allowOrigin, handler),
    );
  }

  get url(): string {
    const { host, prefix } = this.#settings;
    return `${this.#scheme}://${host.includes(':') ? `[${host}]` : host}:${String(this.#port)}${prefix}`;
  }

  get port(): number {
    return this.#port;
  }

  get fingerprint(): string {
    return this.#key.current.publicKey.fingerprint;
  }

  get publicKeyPem(): string {
    return this.#key.current.publicKey.pem;
  }

  get requests(): readonly SeenRequest[] {
    return this.#ring.entries;
  }

  opened(): Promise<readonly OpenedRequest[]> {
    return openRequests(this.requests, this.#key.all);
  }

  get connections(): number {
    return this.#listener.accepted;
  }

  get openConnections(): number {
    return this.#listener.open;
  }

  async listen(): Promise<void> {
    this.#port = await this.#listener.listen(this.#settings.host, this.#settings.port);
  }

  rotateKey(): Promise<void> {
    return this.#key.rotate();
  }

  setFail(fail: FailSpec | undefined): void {
    this.#plan = createPlan(fail);
  }

  async close(): Promise<void> {
    await this.#listener.close();
    this.#key.dispose();
  }

  #handler(): Handler {
    const { apiKeys, tierModels, rateLimit, prefix, answerer, log, onRequest } = this.#settings;
    return createHandler({
      key: this.#key,
      clientKeys: new ClientKeys(),
      apiKeys,
      tierModels,
      rateLimiter: rateLimit === undefined ? undefined : new RateLimiter(rateLimit),
      answerer,
      url: () => this.url,
      prefix,
      plan: () => this.#plan,
      ring: this.#ring,
      finished: (seen) => {
        log(logLine(seen));
        onRequest(seen);
      },
    });
  }
}
