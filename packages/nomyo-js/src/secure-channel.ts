/**
 * One sealed request and its answer: key pair, router key and HTTP client, put together. Both clients are built on
 * it; it knows nothing of chat.
 */
import type { AbortSignalLike } from '@nomyo/base';
import {
  openEnvelope,
  sealEnvelope,
  type Bytes,
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
  mayMeanNewServerKey,
  requestHeaders,
  withRetries,
  type HttpClient,
  type ServerKeyCache,
} from '@nomyo/transport';
import { checkKeyLock, createCallMemory, type CallMemory } from './call-memory.js';
import { CallScope, type CallSignal } from './call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import { encodeRequest } from './encode-request.js';
import { createEmit, warnOfHttp, type Emit } from './events.js';
import { createKeys, endingWith, type Keys } from './keys.js';
import type { RetryNote } from './observe/observer.js';
import type { ApiKey, ResolvedOptions } from './options.js';
import { createPace, type Pace } from './rate-limit.js';
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
  readonly onRetry?: ((note: RetryNote) => void) | undefined;
}

const PATH = '/v1/chat/secure_completion';

/** An answer, and what is known of the memory that its call took. */
export interface OpenedAnswer extends OpenedEnvelope {
  /** Whether everything that held the request and the answer was in locked memory. */
  readonly memoryLocked: boolean;
}

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
  /** Memory for one call. */
  readonly newMemory: () => CallMemory;

  /** @param owner the class that a caller knows */
  constructor(owner: string, options: ResolvedOptions) {
    this.#options = options;
    this.#url = endpoint(options.baseUrl, PATH);
    this.#calls = new CallScope(owner);
    this.#emit = createEmit(options.loggers);
    this.newMemory = createCallMemory(options.memory, this.#emit);
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

  /** Seals a request, sends it, and opens the answer. Every attempt seals it afresh. */
  async exchange(payload: Readonly<Record<string, unknown>>, call: ChannelCall): Promise<OpenedAnswer> {
    this.check();
    const memory = this.newMemory();
    const encode = (): SecureByteContext =>
      encodeRequest(payload, call.securityTier, memory.options, this.#options);
    // At once, unless it has to wait for locked memory: what a caller changes afterwards is not sent.
    const encoded = memory.isRequired ? undefined : encode();
    return this.run(call.signal, async (signal) => {
      const json = encoded ?? (await memory.take(encode, { timeout: call.timeout, signal }));
      try {
        return await this.#exchange(json, memory, call, signal);
      } finally {
        json.dispose();
      }
    }).finally(() => encoded?.dispose());
  }

  /** Stops timers, wipes keys, closes connections, and ends calls under way. Idempotent. */
  dispose(): void {
    this.#calls.dispose();
    this.keys.dispose();
    this.serverKeys.dispose();
    this.#http.close();
  }

  async #exchange(
    json: SecureByteContext,
    memory: CallMemory,
    call: ChannelCall,
    signal: CallSignal,
  ): Promise<OpenedAnswer> {
    const apiKey = typeof call.apiKey === 'function' ? await call.apiKey() : call.apiKey;
    const lease = await this.keys.acquire(signal);
    try {
      checkKeyLock(lease.keys, memory);
      const keys = endingWith(signal, lease.keys);
      return await this.#withRetries({ call, json, memory, apiKey, keys, signal });
    } finally {
      lease.release();
    }
  }

  #withRetries(exchange: Exchange): Promise<OpenedAnswer> {
    const { payloadId, maxRetries, onRetry } = exchange.call;
    const refreshes = { left: 1 };
    return withRetries(() => this.#attempt(exchange, refreshes), {
      maxRetries,
      signal: exchange.signal,
      mode: this.#options.retry,
      maxRetryDelay: this.#options.maxRetryDelay,
      onRetry: ({ attempt, delayMs, code }) => {
        this.#emit({ message: 'nomyo:retry', payloadId, attempt, delayMs, code });
        onRetry?.({ attempt, delayMs, code });
      },
    });
  }

  /**
   * A failure can mean that the router has another key. Where it ran nothing, the request is sealed again, once a call,
   * and only to another key; otherwise the next attempt, or call, asks for the key.
   */
  async #attempt(exchange: Exchange, refreshes: { left: number }): Promise<OpenedAnswer> {
    const { apiKey, signal } = exchange;
    await this.#pace(apiKey, signal);
    const serverKey = await this.serverKeys.get(signal);
    try {
      return await this.#send(exchange, serverKey);
    } catch (error) {
      if (!mayMeanNewServerKey(error)) throw error;
      this.serverKeys.doubt(serverKey);
      if (error.possiblyExecuted || refreshes.left === 0) throw error;
      refreshes.left -= 1;
      const current = await this.serverKeys.get(signal);
      if (current.fingerprint === serverKey.fingerprint) throw error;
      await this.#pace(apiKey, signal);
      return await this.#send(exchange, current);
    }
  }

  async #send(exchange: Exchange, serverKey: RsaPublicKey): Promise<OpenedAnswer> {
    const { json, memory, signal } = exchange;
    const { payloadId, securityTier } = exchange.call;
    this.#warnOfTier(securityTier, serverKey.fingerprint);
    const started = performance.now();
    const headers = headersOf(exchange);
    // Ahead of requests that only begin: this one already holds memory that they wait for.
    const room = { timeout: exchange.call.timeout, signal, urgent: true };
    const seal = (): Promise<Bytes> => json.borrow((bytes) => sealEnvelope(bytes, serverKey, memory.options));
    const body = await memory.take(seal, room);
    const requestBytes = body.byteLength;
    const answer = await this.#post(exchange, headers, body);
    // An answer is never asked for twice, so the request makes room for it.
    if (memory.isRequired) json.dispose();
    const opened = await markFailuresAsSent(() => this.#open(exchange, answer));
    this.#emit({
      message: 'nomyo:request',
      payloadId,
      securityTier,
      durationMs: performance.now() - started,
      requestBytes,
      responseBytes: answer.byteLength,
    });
    return { ...opened, memoryLocked: memory.locked };
  }

  async #open({ keys, memory, call, signal }: Exchange, answer: Uint8Array): Promise<OpenedEnvelope> {
    const open = (): Promise<OpenedEnvelope> =>
      openEnvelope(answer, keys, { ...memory.options, consume: !memory.isRequired });
    try {
      return await memory.take(open, { timeout: call.timeout, signal, urgent: true });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** @throws {APIError} for every status but 200 */
  async #post(
    { call, apiKey, signal }: Exchange,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array> {
    const limits = { timeout: call.timeout, maxBytes: this.#options.maxResponseBytes, signal };
    const response = await this.#http.send({ method: 'POST', url: this.#url, headers, body, ...limits });
    if (response.status === 200) return response.body;
    throw errorOfResponse(response, { payloadId: call.payloadId, secrets: [apiKey ?? ''] });
  }
}

/** A call on its way: what each of its attempts needs. */
interface Exchange {
  readonly call: ChannelCall;
  readonly json: SecureByteContext;
  readonly memory: CallMemory;
  readonly apiKey: string | undefined;
  readonly keys: KeySource;
  readonly signal: CallSignal;
}

function headersOf({ call, apiKey, keys }: Exchange): Readonly<Record<string, string>> {
  const { payloadId, securityTier, headers: extra } = call;
  return requestHeaders({ payloadId, securityTier, apiKey, extra, publicKeyPem: keys.publicKey.pem });
}
