import { anAbortSignal, anObject, InvalidArgumentError, optional, refuseUnknown } from '@nomyo/base';
import {
  getMemoryProtectionInfo,
  type JsonObject,
  type MemoryProtectionInfo,
  type SecureByteContext,
} from '@nomyo/crypto';
import { markSent, readHeaders } from '@nomyo/transport';
import { CallRunner, type CallInput } from './call-runner.js';
import type { ChatCompletionRequest, StreamingChatCompletionRequest } from './chat/request-types.js';
import { splitRequest, withoutStreaming, type Streaming } from './chat/request.js';
import type { ChatCompletion } from './chat/response-types.js';
import {
  CREATE_OPTIONS,
  type CreateOptions,
  type ListModelsOptions,
  type SecureChatCompletionConfig,
} from './chat-options.js';
import { resolveCloseTimeout, type CloseOptions } from './close.js';
import { loadPart } from './load-part.js';
import type { CallObserver, Observable } from './observe/observer.js';
import type { ResolvedOptions } from './options.js';
import { protocolOf, type Protocol } from './protocol.js';
import { aRetryCount, aTimeout, resolveOptions } from './resolve-options.js';
import type { ChatCompletionStream } from './stream/chunk-types.js';
import { takeCompletion } from './answer.js';
import { v1 } from './v1-channel.js';

/** The type of `create()`, for those who call it by itself. */
export interface CreateCompletion {
  (request: StreamingChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletionStream>;
  (request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
}

const CHAT_PATH = '/v1/chat/completions';

/** Of most calls. */
const NO_HEADERS = readHeaders({});

/**
 * An OpenAI-shaped client whose requests and answers are encrypted in this process.
 *
 * Nothing is generated, read, written or sent before the first call, or {@link ready}.
 */
export class SecureChatCompletion implements Observable {
  /** The path that users of OpenAI's client type. */
  readonly chat: { readonly completions: { readonly create: CreateCompletion } };
  /** The list of models, by the path that users of OpenAI's client type. */
  readonly models: { readonly list: (options?: ListModelsOptions) => Promise<JsonObject> };
  readonly #options: ResolvedOptions;
  readonly #protocol: Protocol;
  readonly #runner: CallRunner;

  /**
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {SecurityError} `INSECURE_URL` when the base URL is not `https:` and `allowHttp` is not set
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
   * Sends a chat completion and gives a stream of its chunks, to be read with `for await`. In version 1 of the protocol
   * the router answers in one piece: the stream begins when that is here and open. In version 2 each chunk is given as
   * it comes. What fails before the first one rejects this promise.
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
   * The same as {@link create}, but the answer stays in protected memory as the bytes of its JSON and never becomes a
   * string. Take text out with `selectText(bytes, ['choices', 0, 'message', 'content'])`.
   *
   * @returns the whole answer, without `_metadata`; the caller uses it once or disposes of it
   * @throws what {@link create} throws
   */
  async createRaw(request: ChatCompletionRequest, options: CreateOptions = {}): Promise<SecureByteContext> {
    const { input, streaming } = this.#chatCall(request, options);
    if (streaming !== undefined) {
      throw new InvalidArgumentError('stream', 'cannot be true in createRaw(), which gives one whole answer');
    }
    const needs = loadPart(() => import('./take-raw.js'));
    return this.#runner.call({ ...input, needs }, async (opened) => (await needs).takeRaw(opened));
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
    return this.#runner.ready();
  }

  /**
   * The models of the service, as its `GET /v1/models` lists them. In version 1 they are asked for without a seal:
   * anyone who can see inside TLS, such as an inspecting proxy, sees the API key and the list.
   *
   * @throws {APIError} when the router answers with an error
   * @throws {APIConnectionError} when it cannot be reached, or not in time
   */
  async listModels(options: ListModelsOptions = {}): Promise<JsonObject> {
    this.#runner.check();
    const { modelsCall, takeModels } = await loadPart(() => import('./models.js'));
    return this.#runner.call(modelsCall(options, this.#options), takeModels);
  }

  /** Whether calls carry an API key of the client's own, when a request brings none. */
  hasApiKey(): boolean {
    return this.#options.apiKey !== undefined;
  }

  /** How this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /**
   * Tells `observer` of every call from now on, without its content: what `nomyo-js/otel` and `nomyo-js/audit` are made
   * of.
   *
   * @returns ends it; calls under way are told to their end
   */
  observe(observer: CallObserver): () => void {
    return this.#runner.observe(observer);
  }

  /**
   * Refuses new calls, waits for those under way, then does what {@link dispose} does.
   *
   * @throws {InvalidArgumentError} on a wrong option
   */
  async close(options: CloseOptions = {}): Promise<void> {
    await this.#runner.close(resolveCloseTimeout(options));
  }

  /** Stops timers, wipes keys, ends calls under way; later calls are refused. Idempotent. */
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
