/** A `fetch` that seals chat completions. */
import { abortable } from '@nomyo/base';
import { createEmit, type Emit } from '../events.js';
import { loadPart } from '../load-part.js';
import type { Dialect, DialectCall } from '../dialects/dialect.js';
import { CHAT_COMPLETIONS } from '../dialects/dialects.js';
import type { ChatCompletion, ChatCompletionStream } from '../index.js';
import { quietly } from '../quietly.js';
import { JSON_TYPE, jsonAnswer } from './answer.js';
import { readCall, type FetchCall, type SecureFetchInit } from './call.js';
import type { ResolvedConfig } from './config.js';
import type { Failures } from './failures.js';
import type * as failures from './failures.js';
import { InFlight } from './in-flight.js';
import { Routes } from './route.js';
import type * as streams from './stream-answer.js';
import { highestTier } from './tier.js';

/** The object behind the function that `createSecureFetch()` returns. */
export class SecureFetcher {
  /** The base URL for the library. */
  readonly baseURL: string;
  readonly #config: ResolvedConfig;
  readonly #emit: Emit;
  readonly #calls = new InFlight('SecureFetch');
  readonly #routes: Routes;
  /** `undefined` before the first failure. */
  #failures: Failures | undefined;

  constructor(config: ResolvedConfig) {
    this.#config = config;
    this.#emit = createEmit(config.loggers);
    this.baseURL = `${config.client.toJSON().baseUrl.replace(/\/+$/, '')}/v1`;
    this.#routes = new Routes(this.baseURL, config.passthrough);
  }

  async fetch(input: unknown, init?: SecureFetchInit): Promise<Response> {
    const leave = this.#calls.enter();
    let call: FetchCall | undefined;
    try {
      call = readCall(input, init, this.#routes);
      call.signal?.throwIfAborted();
      this.#calls.check();
      return await this.#answer(call);
    } catch (error) {
      // Only an abort rejects, with its reason.
      call?.signal?.throwIfAborted();
      return await this.#failed(error, call?.route.dialect ?? CHAT_COMPLETIONS);
    } finally {
      leave();
    }
  }

  /** Refuses new calls, waits for those under way, and disposes of the client unless it is the caller's. */
  async close(): Promise<void> {
    this.#calls.close();
    await this.#calls.idle();
    this.dispose();
  }

  dispose(): void {
    this.#calls.close();
    if (this.#config.ownsClient) this.#config.client.dispose();
  }

  async #answer(call: FetchCall): Promise<Response> {
    const { route } = call;
    if (route.to === 'nothing') return new Response('', { headers: { 'content-type': 'text/plain' } });
    if (route.to === 'refused') throw (await loadFailures()).refusal(route);
    const cooling = this.#failures?.cooling(route.dialect);
    if (cooling !== undefined) return cooling;
    return route.to === 'models' ? this.#models(call) : this.#sealed(call, route.dialect);
  }

  async #models(call: FetchCall): Promise<Response> {
    const { modelsAnswer } = await loadPart(() => import('./models-answer.js'));
    return modelsAnswer(this.#config.client, call.signal, this.#apiKeyOf(call));
  }

  async #sealed(call: FetchCall, dialect: Dialect): Promise<Response> {
    const { security_tier: ofBody, ...body } = await abortable(call.json(), call.signal);
    const dialectCall = (await dialect.translator()).read(body);
    // Loaded before anything is sent, so that no answer is lost.
    if (dialectCall.isStream) await Promise.all([loadStreams(), this.#readyToFail()]);
    const tier = highestTier({
      security_tier: ofBody,
      'x-security-tier': call.headers.get('x-security-tier'),
      ...this.#config.tiers,
    });
    const apiKey = this.#apiKeyOf(call);
    const request = {
      ...(apiKey === undefined ? {} : { api_key: apiKey }),
      ...dialectCall.request,
      ...(tier === undefined ? {} : { security_tier: tier }),
    };
    const { maxRetries } = this.#config;
    const signal = call.signal === undefined ? {} : { signal: call.signal };
    const answer = await this.#config.client.create(request, { maxRetries, ...signal });
    if (isStream(answer)) return this.#stream(answer, call, dialect, dialectCall);
    const said = dialectCall.answer(answer);
    // A dialect's answer may have members that JSON leaves out.
    return jsonAnswer(said === answer ? said : JSON.stringify(said), answer._metadata.payload_id);
  }

  async #stream(
    stream: ChatCompletionStream,
    call: FetchCall,
    dialect: Dialect,
    dialectCall: DialectCall,
  ): Promise<Response> {
    const [{ streamAnswer }, failed] = await Promise.all([loadStreams(), this.#readyToFail()]);
    const leave = stream.synthetic ? () => undefined : this.#calls.enter();
    return streamAnswer(stream, dialect, dialectCall, {
      failed: (error) => (call.signal?.aborted === true ? undefined : failed.told(error)),
      over: leave,
    });
  }

  /** The library's own API key, used if the library is configured with our router and the client has no key. */
  #apiKeyOf({ route, headers }: FetchCall): string | undefined {
    if (!route.isRouter || this.#config.client.hasApiKey?.() !== false) return undefined;
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    return token ?? headers.get('x-api-key') ?? undefined;
  }

  async #failed(error: unknown, dialect: Dialect): Promise<Response> {
    try {
      const [{ failureAnswer }, failed] = await Promise.all([loadFailures(), this.#readyToFail()]);
      return failureAnswer(dialect, failed.told(error));
    } catch {
      this.#emit({ message: 'nomyo:fetch-failed', ...UNEXPLAINED, error });
      quietly((): unknown => this.#config.onError(error));
      return unexplained();
    }
  }

  async #readyToFail(): Promise<Failures> {
    const { Failures } = await loadFailures();
    return (this.#failures ??= new Failures(this.#emit, this.#config.onError));
  }
}

/**
 * The failure when the code that tells failures apart cannot be loaded. It may be a forgery; no library retries a 403.
 */
const UNEXPLAINED = { status: 403, code: 'CONNECTION_FAILED' } as const;

/** The answer for that failure, in a shape that libraries of every dialect can read. */
function unexplained(): Response {
  const { status, code } = UNEXPLAINED;
  const message =
    'the call failed, and a part of nomyo-js cannot be loaded: check the network, and reload the page';
  const error = { message, type: 'nomyo_connection_error', code, param: null };
  const headers = { 'content-type': JSON_TYPE, 'x-should-retry': 'false' };
  return new Response(JSON.stringify({ type: 'error', error }), { status, headers });
}

const loadFailures = (): Promise<typeof failures> => loadPart(() => import('./failures.js'));

const loadStreams = (): Promise<typeof streams> => loadPart(() => import('./stream-answer.js'));

function isStream(answer: ChatCompletion | ChatCompletionStream): answer is ChatCompletionStream {
  return Symbol.asyncIterator in answer;
}
