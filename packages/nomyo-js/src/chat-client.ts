import {
  checkJsonObject,
  getMemoryProtectionInfo,
  type JsonObject,
  type MemoryProtectionInfo,
  type SecureByteContext,
} from '@nomyo/crypto';
import { markFailuresAsSent, readHeaders, type HeadersInput } from '@nomyo/transport';
import { answerOf } from './answer.js';
import { anAbortSignal, anObject, aString, InvalidArgumentError, optional, refuseUnknown } from '@nomyo/base';
import type { ChatCompletionRequest, StreamingChatCompletionRequest } from './chat/request-types.js';
import type { ChatCompletion } from './chat/response-types.js';
import { takeApart, takeStreaming } from './chat/request.js';
import { asChatCompletion } from './chat/response.js';
import { readModels } from './models.js';
import type { ObservedCall } from './observe/observed-call.js';
import type { CallObserver, Observable } from './observe/observer.js';
import { Observers, watchStream } from './observe/observers.js';
import { summaryOfBytes } from './observe/summary-of-bytes.js';
import { summaryOf } from './observe/summary.js';
import type { CommonOptions, ResolvedOptions } from './options.js';
import { aRetryCount, aTimeout, resolveOptions } from './resolve-options.js';
import { SecureChannel, type OpenedAnswer } from './secure-channel.js';
import type { ChatCompletionStream } from './stream/chunk-types.js';
import { syntheticStream } from './stream/completion-stream.js';

/** Options of {@link SecureChatCompletion}. */
export interface SecureChatCompletionConfig extends CommonOptions {
  /** Where the router is. Default: `https://api.nomyo.ai`. A path prefix is kept. */
  readonly baseUrl?: string;
}

/** Options of one call. */
export interface CreateOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For one attempt, in ms. Default: the client's. */
  readonly timeout?: number;
  /** Attempts after the first. Default: the client's. */
  readonly maxRetries?: number;
  /** Sent beside the protocol's own headers, none of which they can replace: an object, `Headers`, a `Map`, or pairs. */
  readonly headers?: HeadersInput;
}

/** Options of `listModels()`. */
export interface ListModelsOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default: the client's. */
  readonly apiKey?: string;
}

/** The type of `create()`, for those who call it by itself. */
export interface CreateCompletion {
  (request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  (request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
}

const CREATE_OPTIONS: readonly (keyof CreateOptions)[] = ['signal', 'timeout', 'maxRetries', 'headers'];

/**
 * An OpenAI-shaped client whose requests and answers are encrypted in this process.
 *
 * Nothing is generated, read, written or sent before the first call, or {@link ready}.
 */
export class SecureChatCompletion implements Observable {
  /** The path that users of OpenAI's client type. */
  readonly chat: { readonly completions: { readonly create: CreateCompletion } };
  readonly #options: ResolvedOptions;
  readonly #channel: SecureChannel;
  readonly #observers: Observers;

  /**
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {SecurityError} `INSECURE_URL` when the base URL is not `https:` and `allowHttp` is not set
   */
  constructor(config: SecureChatCompletionConfig = {}) {
    const given = anObject('config', config);
    this.#options = resolveOptions(config, 'baseUrl', given['baseUrl']);
    this.#channel = new SecureChannel('SecureChatCompletion', this.#options);
    this.#observers = new Observers(this.#options.baseUrl);
    this.chat = { completions: { create: unbound(this) } };
  }

  /**
   * Sends a chat completion and gives a stream of its chunks, to be read with `for await`. In protocol 1 the router
   * answers in one piece: the stream begins when that is here and open, and what fails before rejects this promise.
   *
   * @example
   * for await (const chunk of await client.create({ model, messages, stream: true })) {
   *   process.stdout.write(chunk.choices[0]?.delta.content ?? '');
   * }
   *
   * @throws what the other form throws
   */
  create(request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  /**
   * Sends a chat completion and waits for the whole answer.
   *
   * @throws {InvalidArgumentError} on a wrong request or option, before anything is sent
   * @throws {SecurityError} when a security rule is violated or the answer does not open
   * @throws {KeyStoreError} when the client's key pair cannot be read or stored
   * @throws {APIConnectionError} when the router cannot be reached, or not in time
   * @throws {APIError} when the router answers with an error; see its subclasses
   * @throws the signal's reason when it is aborted
   */
  create(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
  async create(
    given: ChatCompletionRequest | StreamingChatCompletionRequest,
    options: CreateOptions = {},
  ): Promise<ChatCompletion | ChatCompletionStream> {
    const payloadId = globalThis.crypto.randomUUID();
    const { request, streaming } = takeStreaming(given);
    const stream = streaming !== undefined;
    const watched = { request, payloadId, stream, signal: options.signal };
    return this.#observers.watch(watched, async (call) => {
      const opened = await this.#exchange(request, options, payloadId, call);
      const completion = await markFailuresAsSent(() => asChatCompletion(answerOf(opened, payloadId)));
      call.answered(() => summaryOf({ ...completion }));
      if (!stream) return completion;
      return watchStream(
        syntheticStream(completion, payloadId, { ...streaming, signal: options.signal }),
        call,
      );
    });
  }

  /**
   * The same as {@link create}, but the answer stays in protected memory as the bytes of its JSON and never becomes a
   * string. Take text out with `selectText(bytes, ['choices', 0, 'message', 'content'])`.
   *
   * @returns the whole answer, without `_metadata`; the caller uses it once or disposes of it
   * @throws what {@link create} throws
   */
  async createRaw(request: ChatCompletionRequest, options: CreateOptions = {}): Promise<SecureByteContext> {
    if (takeStreaming(request).streaming !== undefined) {
      throw new InvalidArgumentError('stream', 'cannot be true in createRaw(), which gives one whole answer');
    }
    const payloadId = globalThis.crypto.randomUUID();
    const watched = { request, payloadId, stream: false, signal: options.signal };
    return this.#observers.watch(watched, async (call) => {
      const { plaintext } = await this.#exchange(request, options, payloadId, call);
      try {
        await markFailuresAsSent(() => plaintext.borrow(checkJsonObject));
        call.answered(() => plaintext.borrow(summaryOfBytes));
        return plaintext;
      } catch (error) {
        plaintext.dispose();
        throw error;
      }
    });
  }

  /** The same as {@link create}, for those who come from the Python client. */
  acreate(request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  acreate(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
  acreate(
    request: ChatCompletionRequest | StreamingChatCompletionRequest,
    options?: CreateOptions,
  ): Promise<ChatCompletion | ChatCompletionStream> {
    return request.stream === true ? this.create(request, options) : this.create(request, options);
  }

  /** Resolves when the key pair is there and the router's key has been fetched, so that the first call is fast. */
  ready(): Promise<void> {
    return this.#channel.ready();
  }

  /**
   * The models of the service, as its `GET /v1/models` lists them. They are asked for without a seal: whoever watches
   * TLS from inside, such as a proxy that inspects it, sees the API key and the list.
   *
   * @throws {APIError} when the router answers with an error
   * @throws {APIConnectionError} when it cannot be reached, or not in time
   */
  async listModels(options: ListModelsOptions = {}): Promise<JsonObject> {
    refuseUnknown(anObject('options', options), ['signal', 'apiKey']);
    const apiKey = optional('apiKey', options.apiKey, aString, undefined) ?? this.#options.apiKey;
    const signal = optional('signal', options.signal, anAbortSignal, undefined);
    return this.#channel.run(signal, (call) => readModels(this.#options, apiKey, call));
  }

  /** Whether calls carry an API key of the client's own, when a request brings none. */
  hasApiKey(): boolean {
    return this.#options.apiKey !== undefined;
  }

  /** How this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /** For telemetry: see `nomyo-js/otel`. @returns ends it @internal */
  observe(observer: CallObserver): () => void {
    return this.#observers.add(observer);
  }

  /** Stops timers, wipes keys, ends calls under way; later calls are refused. Idempotent. */
  dispose(): void {
    this.#channel.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { baseUrl: string } {
    return { baseUrl: this.#options.baseUrl.href };
  }

  async #exchange(
    request: unknown,
    options: CreateOptions,
    payloadId: string,
    { retry }: ObservedCall,
  ): Promise<OpenedAnswer> {
    this.#channel.check();
    const { payload, securityTier, apiKey = this.#options.apiKey } = takeApart(request);
    refuseUnknown(anObject('options', options), CREATE_OPTIONS);
    const { headers, signal, timeout, maxRetries } = options;
    return this.#channel.exchange(payload, {
      payloadId,
      onRetry: retry,
      securityTier,
      apiKey,
      headers: headers === undefined ? undefined : readHeaders(headers),
      signal: optional('signal', signal, anAbortSignal, undefined),
      timeout: optional('timeout', timeout, aTimeout, this.#options.timeout),
      maxRetries: optional('maxRetries', maxRetries, aRetryCount, this.#options.maxRetries),
    });
  }
}

/** `create()` that can be taken off its object. */
function unbound(client: SecureChatCompletion): CreateCompletion {
  function create(
    request: StreamingChatCompletionRequest,
    options?: CreateOptions,
  ): Promise<ChatCompletionStream>;
  function create(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
  function create(
    request: ChatCompletionRequest | StreamingChatCompletionRequest,
    options?: CreateOptions,
  ): Promise<ChatCompletion | ChatCompletionStream> {
    return request.stream === true ? client.create(request, options) : client.create(request, options);
  }
  return create;
}
