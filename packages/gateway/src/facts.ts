/** Facts about the router's key and this gateway's own, from the client's events and by asking. */
import { NomyoError, RsaPublicKey } from '@nomyo/crypto';
import { inspectKeyFiles, KEY_STORE_DEFAULTS } from '@nomyo/keystore';
import {
  DEFAULT_BASE_URL,
  SecureCompletionClient,
  type LogEntry,
  type Logger,
  type Protocol,
  type SecureChatCompletionConfig,
} from 'nomyo-js';
import type { KeyFacts, RouterFacts } from './status/snapshot.js';

/** How often the router's key is fetched at most, however many pages are open. */
const FRESH_MS = 60_000;

/** For a client that only fetches a public key, and needs no key pair of its own. */
const IN_MEMORY = { keyDir: null } as const;

const problemOf = (error: unknown): string =>
  error instanceof NomyoError ? error.message : 'the key cannot be fetched';

/** Gathers facts. */
export class Facts {
  /** Goes into the client that these facts are about. */
  readonly logger: Logger;
  readonly #config: SecureChatCompletionConfig;
  #key: Pick<KeyFacts, 'fingerprint' | 'createdAt'> = { fingerprint: undefined, createdAt: undefined };
  #router: Promise<RouterFacts> | undefined;
  #askedAt = -Infinity;

  constructor(config: SecureChatCompletionConfig) {
    this.#config = config;
    const hear = (entry: LogEntry): void => this.#hear(entry);
    this.logger = { debug: hear, info: hear, warn: hear };
  }

  key(): KeyFacts | undefined {
    if (this.#config.protocol?.hasKeyPair === false) return undefined;
    const { keyDir, keyRotationInterval = KEY_STORE_DEFAULTS.rotationIntervalMs } = this.#config;
    const { createdAt } = this.#key;
    return {
      ...this.#key,
      place: keyDir === null ? 'in memory only' : `in ${keyDir ?? KEY_STORE_DEFAULTS.keyDir}`,
      rotatesAt:
        createdAt === undefined || keyRotationInterval === 0 ? undefined : createdAt + keyRotationInterval,
    };
  }

  /**
   * Never rejects: what goes wrong is a fact too.
   *
   * @param ready whether calls can be made, asked of the client itself where its protocol has roots
   */
  router(now: number, ready: () => Promise<void>): Promise<RouterFacts> {
    if (this.#router === undefined || now - this.#askedAt > FRESH_MS) {
      this.#askedAt = now;
      const { protocol } = this.#config;
      this.#router = protocol === undefined ? this.#askRouter() : this.#askClient(protocol, ready);
    }
    return this.#router;
  }

  async #askClient({ roots }: Protocol, ready: () => Promise<void>): Promise<RouterFacts> {
    const facts = {
      url: this.#config.baseUrl ?? DEFAULT_BASE_URL,
      pin: roots.join(', '),
      trust: 'version 2 of the protocol, and nothing else: the root vouches for every key of the router',
    };
    try {
      await ready();
      return { ...facts, problem: undefined };
    } catch (error) {
      return { ...facts, problem: problemOf(error) };
    }
  }

  async #askRouter(): Promise<RouterFacts> {
    const { baseUrl = DEFAULT_BASE_URL, serverKeyPins = [], serverKeyPolicy } = this.#config;
    const isPinned = serverKeyPins.length > 0;
    const trust = isPinned
      ? `pinned: ${String(serverKeyPins.length)} pin${serverKeyPins.length === 1 ? '' : 's'}, no other key is accepted`
      : serverKeyPolicy === 'first-use'
        ? 'first use: the first key seen is remembered, and any other is refused'
        : 'not pinned: TLS alone vouches for this key';
    const facts = { url: baseUrl, trust };
    try {
      return { ...facts, pin: await this.#fetchPin(), problem: undefined };
    } catch (error) {
      return { ...facts, pin: undefined, problem: problemOf(error) };
    }
  }

  async #fetchPin(): Promise<string> {
    const { baseUrl, allowHttp, tls, proxy, serverKeyPins } = this.#config;
    const client = new SecureCompletionClient({
      ...IN_MEMORY,
      ...(baseUrl === undefined ? {} : { routerUrl: baseUrl }),
      ...(allowHttp === undefined ? {} : { allowHttp }),
      ...(tls === undefined ? {} : { tls }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(serverKeyPins === undefined ? {} : { serverKeyPins }),
    });
    try {
      return (await RsaPublicKey.fromPem(await client.fetchServerPublicKey())).fingerprint;
    } finally {
      client.dispose();
    }
  }

  #hear(entry: LogEntry): void {
    if (entry.message === 'nomyo:server-key-changed') this.#router = undefined;
    if (entry.message === 'nomyo:key-generated') this.#use(entry.fingerprint, Date.now());
    if (entry.message === 'nomyo:key-rotated') this.#use(entry.current, Date.now());
    if (entry.message === 'nomyo:key-loaded') void this.#useFile(entry.fingerprint);
  }

  #use(fingerprint: string, createdAt: number | undefined): void {
    this.#key = { fingerprint, createdAt };
  }

  /** Takes the age from the file: other clients may use it too. */
  async #useFile(fingerprint: string): Promise<void> {
    const { keyDir } = this.#config;
    if (this.#key.fingerprint === fingerprint) return;
    this.#use(fingerprint, undefined);
    if (keyDir === null) return;
    const pair = await inspectKeyFiles({ keyDir: keyDir ?? KEY_STORE_DEFAULTS.keyDir }).catch(
      () => undefined,
    );
    if (pair?.fingerprint === fingerprint && this.#key.fingerprint === fingerprint) {
      this.#use(fingerprint, pair.createdAt);
    }
  }
}
