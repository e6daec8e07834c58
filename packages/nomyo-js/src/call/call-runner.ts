/**
 * Runs calls, whatever the protocol: checks them against the policy, reports them to observers, adds the API key,
 * sends, retries and counts them. Both clients are built on it; it contains nothing specific to chat.
 */
import { abortable, type AbortSignalLike } from '@nomyo/base';
import { createHttpClient, markSent, withRetries, type HttpClient } from '@nomyo/transport';
import { CallMemory, createLockWarning } from './call-memory.js';
import { CallScope, type CallSignal } from './call-scope.js';
import type { SecurityTier } from '../chat/request-types.js';
import { encodeRequest } from './encode-request.js';
import { createEmit, warnOfHttp, type Emit } from '../events.js';
import { Observation } from '../observe/observation.js';
import type { AnswerSummary, CallObserver, CallStart } from '../observe/observer.js';
import { failureOf, Observers } from '../observe/observers.js';
import { ApiKeyMacs } from '../observe/api-key-macs.js';
import { callStart } from '../observe/call-start.js';
import { loadPart } from '../load-part.js';
import { OpenCall } from './open-call.js';
import type { ApiKey, ResolvedOptions } from '../options/options.js';
import type { Answer, Channel, Exchange, PreparedCall, Protocol } from '../protocol.js';
import { createPace, type Pace } from '../rate-limit/rate-limit.js';
import type { RequestMembers } from '../chat/request.js';

/** The input of a call. */
export interface CallInput {
  readonly operation: CallStart['operation'];
  readonly method: PreparedCall['method'];
  readonly path: string;
  /** `undefined` for a GET. */
  readonly payload: RequestMembers | undefined;
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: ApiKey | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest duration of one attempt, in ms. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly signal: AbortSignalLike | undefined;
  readonly stream: boolean;
  /** Awaited before anything is sent; if it rejects, nothing is sent. */
  readonly needs?: Promise<unknown>;
}

/** The value made from an answer, and the answer's facts. */
export interface Taken<T> {
  readonly value: T;
  /** Called only when there are observers. */
  readonly summary: () => AnswerSummary | undefined;
}

/** An answer, and its call, which ends when the answer has been taken. */
export interface Opened {
  readonly answer: Answer;
  readonly call: OpenCall;
}

/** Runs the calls of one client. */
export class CallRunner<C extends Channel = Channel> {
  readonly channel: C;
  readonly #options: ResolvedOptions;
  readonly #protocol: Protocol<C>;
  readonly #http: HttpClient;
  readonly #emit: Emit;
  readonly #scope: CallScope;
  readonly #pace: Pace | undefined;
  readonly #warnOfMemory: (bytes: number) => void;
  #observers: Observers | undefined;
  readonly #macs = new ApiKeyMacs();

  /** @param owner name of the client's class, for errors */
  constructor(owner: string, options: ResolvedOptions, protocol: Protocol<C>) {
    this.#options = options;
    this.#protocol = protocol;
    this.#scope = new CallScope(owner);
    this.#emit = createEmit(options.loggers);
    this.#warnOfMemory = createLockWarning(options.memory, this.#emit);
    this.#pace = createPace(options.rateLimit, options.baseUrl);
    for (const observer of options.observers) this.observe(observer);
    this.#http = createHttpClient(options.http);
    this.channel = protocol.connect({ options, http: this.#http, emit: this.#emit });
    warnOfHttp(options.baseUrl);
  }

  /** Creates the memory of one call. */
  newMemory(): CallMemory {
    return new CallMemory(this.#options.memory, this.#warnOfMemory);
  }

  /** Adds an observer. @returns a function that removes it */
  observe(observer: CallObserver): () => void {
    this.#observers ??= new Observers();
    return this.#observers.add(observer);
  }

  /** Fetches and makes everything that the first call would wait for. */
  ready(): Promise<void> {
    return this.run(undefined, (signal) => this.channel.ready(signal));
  }

  /** Runs a task that ends when the caller aborts or the client is disposed of. */
  run<T>(signal: AbortSignalLike | undefined, task: (signal: CallSignal) => Promise<T>): Promise<T> {
    return this.#scope.run(signal, task);
  }

  /** @throws {DisposedError} after {@link close} or {@link dispose} */
  check(): void {
    this.#scope.check();
  }

  /** Makes a call, and takes its whole answer. */
  async call<T>(input: CallInput, take: (opened: Opened) => Taken<T> | Promise<Taken<T>>): Promise<T> {
    const opened = await this.open(input);
    const { call } = opened;
    try {
      const { value, summary } = await take(opened);
      call.end(summary);
      return value;
    } catch (error) {
      markSent(error);
      call.fail(error);
      throw error;
    }
  }

  /**
   * Makes a call, which the taker of the answer ends. Everything up to the first wait, including observers, is
   * synchronous.
   */
  async open(input: CallInput): Promise<Opened> {
    this.check();
    // A call that fails before it waits for these would leave their rejection unhandled.
    input.needs?.catch(() => undefined);
    const observation =
      this.#observers === undefined ? undefined : this.#beginObservation(input, this.#observers);
    const call = new OpenCall(input, this.newMemory(), observation, this.#emit);
    try {
      const answer = await (observation === undefined
        ? this.#answer(input, call)
        : observation.recorders.within(() => this.#answer(input, call)));
      return { answer, call };
    } catch (error) {
      call.fail(error);
      throw error;
    }
  }

  /**
   * Refuses new calls, waits for those under way, then calls {@link dispose}.
   *
   * @param timeout longest wait, in ms; `undefined`: no limit
   */
  async close(timeout: number | undefined): Promise<void> {
    await this.#scope.close(timeout);
    this.dispose();
  }

  /** Stops timers, wipes keys, closes connections, and ends calls under way. Idempotent. */
  dispose(): void {
    this.#scope.dispose();
    this.channel.dispose();
    this.#http.close();
  }

  /** The steps of a call, in order. */
  async #answer(input: CallInput, call: OpenCall): Promise<Answer> {
    const { memory, observation } = call;
    const { payload, securityTier, timeout } = input;
    const signal = call.enter(this.#scope.enter(input.signal));
    if (payload !== undefined) {
      call.body = await memory.take(
        () => encodeRequest(payload, securityTier, memory.options, this.#options),
        { timeout, signal },
      );
    }
    if (input.needs !== undefined) await abortable(input.needs, signal);
    const apiKey = typeof input.apiKey === 'function' ? await this.#askForKey(input, signal) : input.apiKey;
    if (apiKey !== undefined) call.secrets = [apiKey];
    if (observation !== undefined) {
      const plaintextBytes = call.body?.length ?? 0;
      const macOfApiKey = this.#macs.of(apiKey);
      await abortable(observation.recorders.admit({ plaintextBytes, macOfApiKey }), signal);
    }
    const pace = (): Promise<void> | undefined => this.#pace?.(apiKey, signal);
    const { body } = call;
    const exchange = await this.channel.begin({ ...input, body, memory, apiKey, signal, pace, record: call });
    call.exchange = exchange;
    return this.#attempts(exchange, call, input, signal);
  }

  async #askForKey({ apiKey, timeout }: CallInput, signal: CallSignal): Promise<string | undefined> {
    const { currentApiKey } = await loadPart(() => import('./api-key.js'));
    return currentApiKey(apiKey, timeout, signal);
  }

  #attempts(exchange: Exchange, call: OpenCall, input: CallInput, signal: CallSignal): Promise<Answer> {
    const { payloadId, maxRetries } = input;
    return withRetries((number) => this.#attempt(exchange, call, input, number), {
      maxRetries,
      signal,
      mode: this.#options.retry,
      maxRetryDelay: this.#options.maxRetryDelay,
      mayRetry: (error) => exchange.mayRetry?.(error),
      onRetry: ({ attempt, delayMs, code }) => {
        this.#emit({ message: 'nomyo:retry', payloadId, attempt, delayMs, code });
        call.observation?.recorders.retry({ attempt, delayMs, code });
      },
    });
  }

  async #attempt(
    exchange: Exchange,
    call: OpenCall,
    { securityTier }: CallInput,
    number: number,
  ): Promise<Answer> {
    call.attempts = number;
    const started = performance.now();
    const answer = await exchange.attempt(number);
    call.observation?.answered(answer.facts, call.memory.locked);
    const durationMs = performance.now() - started;
    const { payloadId, requestBytes, responseBytes } = call;
    const sizes = { requestBytes, responseBytes };
    this.#emit({ message: 'nomyo:request', payloadId, securityTier, durationMs, ...sizes });
    return answer;
  }

  #beginObservation(input: CallInput, observers: Observers): Observation | undefined {
    const { payloadId } = input;
    const recorders = observers.begin(callStart(input, this.#protocol.name, this.#options.baseUrl), (error) =>
      this.#emit({ message: 'nomyo:observer-failed', payloadId, code: failureOf(error).code }),
    );
    return recorders.isEmpty ? undefined : new Observation(recorders, observers.hashCiphertexts);
  }
}
