/**
 * One sealed request and its answer: key pair, router key and HTTP client, put together. Both clients are built on
 * it; it knows nothing of chat.
 */
import type { AbortSignalLike } from '@nomyo/base';
import {
  checkPayloadSize,
  encodePayload,
  openEnvelope,
  sealEnvelope,
  type KeySource,
  type OpenedEnvelope,
  type RsaPublicKey,
  type SecureByteContext,
} from '@nomyo/crypto';
import {
  markFailuresAsSent,
  createHttpClient,
  endpoint,
  errorOfResponse,
  InvalidRequestError,
  requestHeaders,
  withRetries,
  type HttpClient,
  type ServerKeyCache,
} from '@nomyo/transport';
import { CallScope, type CallSignal } from './call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import { createEmit, type Emit } from './events.js';
import { createKeys, endingWith, type Keys } from './keys.js';
import type { ApiKey, ResolvedOptions } from './options.js';
import { pad } from './padding.js';
import { checkCall } from './policy.js';
import { createPace, type Pace } from './rate-limit.js';
import { withoutApiKey } from './redact.js';
import { createServerKeys } from './router-key.js';
import { createTierWarning } from './server-key-policy.js';

/** What travels beside the payload, and how hard to try. */
export interface ChannelCall {
  /** 1 to 128 visible ASCII characters, the same on every attempt. */
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: ApiKey | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly signal?: AbortSignalLike | undefined;
}

/** Largest envelope that is read, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const PATH = '/v1/chat/secure_completion';

export class SecureChannel {
  readonly keys: Keys;
  readonly serverKeys: ServerKeyCache<RsaPublicKey>;
  readonly #options: ResolvedOptions;
  /** Of completions. */
  readonly #url: URL;
  readonly #http: HttpClient;
  readonly #emit: Emit;
  readonly #calls: CallScope;
  readonly #pace: Pace;
  readonly #warnOfTier: ReturnType<typeof createTierWarning>;

  /** @param owner the class that a caller knows */
  constructor(owner: string, options: ResolvedOptions) {
    this.#options = options;
    this.#url = endpoint(options.baseUrl, PATH);
    this.#calls = new CallScope(owner);
    this.#emit = createEmit(options.loggers);
    this.#pace = createPace(options.rateLimit, options.baseUrl);
    this.#http = createHttpClient(options.http);
    this.keys = createKeys(options.keys, this.#emit);
    this.serverKeys = createServerKeys(this.#http, options, this.#emit);
    this.#warnOfTier = createTierWarning(options.serverKeys, this.#emit);
    warnOfHttp(options.baseUrl);
  }

  /** Makes sure that the client's key pair and the router's key are there. */
  ready(): Promise<void> {
    return this.run(undefined, async (signal) => {
      await Promise.all([this.keys.ready(), this.serverKeys.get(signal)]);
    });
  }

  /** Runs `task` as a call of this channel: it ends when the caller aborts or the channel is disposed of. */
  run<T>(signal: AbortSignalLike | undefined, task: (signal: CallSignal) => Promise<T>): Promise<T> {
    return this.#calls.run(signal, task);
  }

  /** @throws {DisposedError} after {@link dispose} */
  check(): void {
    this.#calls.check();
  }

  /**
   * JSON of a request in protected memory, within the limits of protocol and policy, and padded.
   *
   * @throws {InvalidArgumentError} when it is no object, or cannot be written as JSON
   * @throws {SecurityError} `PAYLOAD_TOO_LARGE` or `POLICY_VIOLATION`
   */
  encode(
    payload: Readonly<Record<string, unknown>>,
    securityTier: SecurityTier | undefined,
  ): SecureByteContext {
    const { memory, padding, policy } = this.#options;
    const json = encodePayload(payload, memory);
    try {
      checkPayloadSize(json);
      checkCall(policy, { securityTier, model: payload['model'], payloadBytes: json.length });
      return pad(json, padding, memory);
    } catch (error) {
      json.dispose();
      throw error;
    }
  }

  /** Seals a request, sends it, and opens the answer. Every attempt seals it afresh. */
  async exchange(payload: Readonly<Record<string, unknown>>, call: ChannelCall): Promise<OpenedEnvelope> {
    this.check();
    const json = this.encode(payload, call.securityTier);
    try {
      return await this.run(call.signal, (signal) => this.#exchange(json, call, signal));
    } finally {
      json.dispose();
    }
  }

  /** Stops timers, wipes keys, closes connections, and ends calls under way. Idempotent. */
  dispose(): void {
    this.#calls.dispose();
    this.keys.dispose();
    this.serverKeys.clear();
    this.#http.close();
  }

  async #exchange(json: SecureByteContext, call: ChannelCall, signal: CallSignal): Promise<OpenedEnvelope> {
    const apiKey = typeof call.apiKey === 'function' ? await call.apiKey() : call.apiKey;
    const lease = await this.keys.acquire(signal);
    try {
      const keys = endingWith(signal, lease.keys);
      return await this.#withRetries({ call, json, apiKey, keys, signal });
    } finally {
      lease.release();
    }
  }

  #withRetries(exchange: Exchange): Promise<OpenedEnvelope> {
    const { payloadId, maxRetries } = exchange.call;
    const refreshes = { left: 1 };
    return withRetries(() => this.#attempt(exchange, refreshes), {
      maxRetries,
      signal: exchange.signal,
      mode: this.#options.retry,
      maxRetryDelay: this.#options.maxRetryDelay,
      onRetry: ({ attempt, delayMs, code }) =>
        this.#emit({ message: 'nomyo:retry', payloadId, attempt, delayMs, code }),
    });
  }

  /** A 400 can mean that the router has another key: once a call, and only if it has, the request is sealed again. */
  async #attempt(exchange: Exchange, refreshes: { left: number }): Promise<OpenedEnvelope> {
    const { apiKey, signal } = exchange;
    await this.#pace(apiKey, signal);
    const serverKey = await this.serverKeys.get(signal);
    try {
      return await this.#send(exchange, serverKey);
    } catch (error) {
      if (!(error instanceof InvalidRequestError) || refreshes.left === 0) throw error;
      refreshes.left -= 1;
      const current = await this.serverKeys.refresh(serverKey, signal);
      if (current.fingerprint === serverKey.fingerprint) throw error;
      await this.#pace(apiKey, signal);
      return await this.#send(exchange, current);
    }
  }

  async #send(exchange: Exchange, serverKey: RsaPublicKey): Promise<OpenedEnvelope> {
    const { json, keys } = exchange;
    const { payloadId, securityTier } = exchange.call;
    const { memory } = this.#options;
    this.#warnOfTier(securityTier, serverKey.fingerprint);
    const started = performance.now();
    const headers = headersOf(exchange);
    const body = await json.borrow((bytes) => sealEnvelope(bytes, serverKey, memory));
    const requestBytes = body.byteLength;
    const answer = await this.#post(exchange, headers, body);
    const opened = await markFailuresAsSent(() => openEnvelope(answer, keys, { ...memory, consume: true }));
    this.#emit({
      message: 'nomyo:request',
      payloadId,
      securityTier,
      durationMs: performance.now() - started,
      requestBytes,
      responseBytes: answer.byteLength,
    });
    return opened;
  }

  /** @throws {APIError} for every status but 200 */
  async #post(
    { call, apiKey, signal }: Exchange,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array> {
    const response = await this.#http.send({
      method: 'POST',
      url: this.#url,
      headers,
      body,
      timeout: call.timeout,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
    if (response.status === 200) return response.body;
    throw errorOfResponse(withoutApiKey(response, apiKey), call.payloadId);
  }
}

/** A call on its way: what each of its attempts needs. */
interface Exchange {
  readonly call: ChannelCall;
  readonly json: SecureByteContext;
  readonly apiKey: string | undefined;
  readonly keys: KeySource;
  readonly signal: CallSignal;
}

function headersOf({ call, apiKey, keys }: Exchange): Readonly<Record<string, string>> {
  const { payloadId, securityTier, headers: extra } = call;
  return requestHeaders({ payloadId, securityTier, apiKey, extra, publicKeyPem: keys.publicKey.pem });
}

function warnOfHttp(baseUrl: URL): void {
  if (baseUrl.protocol !== 'http:') return;
  // eslint-disable-next-line no-console -- the one line that this library prints
  console.warn(
    'WARNING: Using HTTP instead of HTTPS: metadata and keys can be read and replaced on the way.',
  );
}
