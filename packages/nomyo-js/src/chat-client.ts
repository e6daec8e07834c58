import { anAbortSignal, anObject, InvalidArgumentError, optional, refuseUnknown } from '@nomyo/base';
import {
  getMemoryProtectionInfo,
  type JsonObject,
  type MemoryProtectionInfo,
  type SecureByteContext,
} from '@nomyo/crypto';
import { markSent, readHeaders } from '@nomyo/transport';
import { CallRunner, type CallInput } from './call/call-runner.js';
import type { ChatCompletionRequest, StreamingChatCompletionRequest } from './chat/request-types.js';
import { splitRequest, withoutStreaming, type Streaming } from './chat/request.js';
import type { ChatCompletion } from './chat/response-types.js';
import {
  CREATE_OPTIONS,
  type CreateOptions,
  type ListModelsOptions,
  type SecureChatCompletionConfig,
} from './options/chat-options.js';
import { resolveCloseTimeout, type CloseOptions } from './close.js';
import { loadPart } from './load-part.js';
import type { CallObserver, Observable } from './observe/observer.js';
import type { ResolvedOptions } from './options/options.js';
import { protocolOf, type Protocol } from './protocol.js';
import { aRetryCount, aTimeout, resolveOptions } from './options/resolve-options.js';
import type { ChatCompletionStream } from './stream/chunk-types.js';
import { takeCompletion } from './call/answer.js';
import { v1 } from './v1/channel.js';

/** The type of `create()`, for code that passes it around as a function. */
export interface CreateCompletion {
  (request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  (request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
}

const CHAT_PATH = '/v1/chat/completions';

/** The headers of most calls. */
const NO_HEADERS = readHeaders({});

/**
 * An OpenAI-compatible client whose requests and answers are encrypted and decrypted in this process.
 *
 * Nothing is generated, read, written or sent before the first call, or {@link ready}.
 *
 * @example
 * const client = new SecureChatCompletion({ apiKey: process.env.NOMYO_API_KEY });
 * const { choices } = await client.create({ model, messages: [{ role: 'user', content: 'Hello' }] });
 */
export class SecureChatCompletion implements Observable {
  /** `chat.completions.create()`, as in OpenAI's client: the same as {@link create}. */
  readonly chat: { readonly completions: { readonly create: CreateCompletion } };
  /** `models.list()`, as in OpenAI's client: the same as {@link listModels}. */
  readonly models: { readonly list: (options?: ListModelsOptions) => Promise<JsonObject> };
  readonly #options: ResolvedOptions;
  readonly #protocol: Protocol;
  readonly #runner: CallRunner;

  /**
   * @throws {InvalidArgumentError} on an invalid value or an unknown option
   * @throws {SecurityError} `INSECURE_URL` when the base URL is not `https:` and `allowHttp` does not permit it
   * @throws {SecurityError} `MEMORY_NOT_LOCKED`, or `POLICY_VIOLATION` when the options do not meet the policy
   */
  constructor(config: SecureChatCompletionConfig = {}) {
    const { baseUrl } = anObject('config', config);
    this.#protocol = protocolOf(config, v1);
    this.#options = resolveOptions(config, { name: 'baseUrl', value: baseUrl }, this.#protocol);
    this.#runner = new CallRunner('SecureChatCompletion', this.#options, this.#protocol);
    this.chat = { completions: { create: unbound(this) } };
    this.models = { list: (options) => this.listModels(options) };
  }

  /**
   * Sends a chat completion and returns a stream of its chunks, to be read with `for await`. In version 1 of the
   * protocol the router answers in one piece, and the stream begins when that has been opened. In version 2 each chunk
   * is delivered as it arrives. A failure before the first chunk rejects this promise.
   *
   * @example
   * for await (const chunk of await client.create({ model, messages, stream: true })) {
   *   process.stdout.write(chunk.choices[0]?.delta.content ?? '');
   * }
   *
   * @throws as the other form does
   */
  create(request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  /**
   * Sends a chat completion and waits for the whole answer.
   *
   * @throws {InvalidArgumentError} on an invalid request or option, before anything is sent
   * @throws {SecurityError} when a security rule or the policy is violated, or the answer does not open
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
    const { input, streaming } = this.#chatCall(given, options);
    if (streaming === undefined) return this.#runner.call(input, takeCompletion);
    const needs = loadPart(() => import('./stream/stream-of.js'));
    const opened = await this.#runner.open({ ...input, needs });
    try {
      const { streamOf } = await needs;
      return await streamOf(opened, streaming, input.signal);
    } catch (error) {
      markSent(error);
      opened.call.fail(error);
      throw error;
    }
  }

  /**
   * Like {@link create}, but the answer stays in protected memory as the bytes of its JSON and never becomes a string.
   *
   * @returns the whole answer, without `_metadata`; the caller uses it once or disposes of it
   * @throws as {@link create} does
   * @example
   * const path = ['choices', 0, 'message', 'content'];
   * const text = (await client.createRaw(request)).use((json) => selectText(json, path));
   */
  async createRaw(request: ChatCompletionRequest, options: CreateOptions = {}): Promise<SecureByteContext> {
    const { input, streaming } = this.#chatCall(request, options);
    if (streaming !== undefined) {
      throw new InvalidArgumentError(
        'stream',
        'cannot be true in createRaw(), which returns one whole answer',
      );
    }
    const needs = loadPart(() => import('./call/take-raw.js'));
    return this.#runner.call({ ...input, needs }, async (opened) => (await needs).takeRaw(opened));
  }

  /** The same as {@link create}, under its name in the Python client. */
  acreate(request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  acreate(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
  acreate(
    request: ChatCompletionRequest | StreamingChatCompletionRequest,
    options?: CreateOptions,
  ): Promise<ChatCompletion | ChatCompletionStream> {
    return request.stream === true ? this.create(request, options) : this.create(request, options);
  }

  /** Loads or makes the key pair and fetches the router's key, so that the first call is fast. Throws as `create`. */
  ready(): Promise<void> {
    return this.#runner.ready();
  }

  /**
   * Lists the models of the service, as `GET /v1/models` returns them. In version 1 the request is not sealed: anyone
   * who can see inside TLS, such as an inspecting proxy, sees the API key and the list.
   *
   * @throws {APIError} when the router answers with an error
   * @throws {APIConnectionError} when it cannot be reached, or not in time
   */
  async listModels(options: ListModelsOptions = {}): Promise<JsonObject> {
    this.#runner.check();
    const { modelsCall, takeModels } = await loadPart(() => import('./call/models.js'));
    return this.#runner.call(modelsCall(options, this.#options), takeModels);
  }

  /** Reports whether the client has an API key of its own, for requests without one. */
  hasApiKey(): boolean {
    return this.#options.apiKey !== undefined;
  }

  /** Describes how this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /**
   * Reports every call from now on to `observer`, without its content. `nomyo-js/otel` and `nomyo-js/audit` are built
   * on this.
   *
   * @returns a function that removes the observer; calls under way are still reported to their end
   */
  observe(observer: CallObserver): () => void {
    return this.#runner.observe(observer);
  }

  /**
   * Refuses new calls, waits for those under way, then calls {@link dispose}.
   *
   * @throws {InvalidArgumentError} on an invalid option
   */
  async close(options: CloseOptions = {}): Promise<void> {
    await this.#runner.close(resolveCloseTimeout(options));
  }

  /** Stops timers, wipes keys and ends calls under way. Later calls throw a `DisposedError`. Idempotent. */
  dispose(): void {
    this.#runner.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toJSON(): { baseUrl: string } {
    return { baseUrl: this.#options.baseUrl.href };
  }

  #chatCall(
    request: unknown,
    options: CreateOptions,
  ): { readonly input: CallInput; readonly streaming: Streaming | undefined } {
    this.#runner.check();
    const { payload, streaming, securityTier, apiKey = this.#options.apiKey } = splitRequest(request);
    refuseUnknown(anObject('options', options), CREATE_OPTIONS);
    const { headers, signal, timeout, maxRetries } = options;
    const stream = streaming !== undefined;
    const input: CallInput = {
      operation: 'chat',
      method: 'POST',
      path: CHAT_PATH,
      payload: stream && !this.#protocol.streams ? withoutStreaming(payload) : payload,
      payloadId: globalThis.crypto.randomUUID(),
      securityTier,
      apiKey,
      stream,
      headers: headers === undefined ? NO_HEADERS : readHeaders(headers),
      signal: optional('signal', signal, anAbortSignal, undefined),
      timeout: optional('timeout', timeout, aTimeout, this.#options.timeout),
      maxRetries: optional('maxRetries', maxRetries, aRetryCount, this.#options.maxRetries),
    };
    return { input, streaming };
  }
}

/** A `create()` that can be detached from its object. */
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
