/** `fetch`, with sealed chat completions behind it. */
import { abortable, SecurityError } from '@nomyo/base';
import { createEmit, type Emit } from '../events.js';
import { loadPart } from '../load-part.js';
import type { Dialect, DialectCall } from '../dialects/dialect.js';
import { CHAT_COMPLETIONS } from '../dialects/dialects.js';
import type { ChatCompletion, ChatCompletionStream } from '../index.js';
import { quietly } from '../quietly.js';
import { failureAnswer, jsonAnswer } from './answer.js';
import { readCall, type FetchCall, type SecureFetchInit } from './call.js';
import type { ResolvedConfig } from './config.js';
import { CoolDown } from './cool-down.js';
import { failureOf, type Failure } from './failure.js';
import { InFlight } from './in-flight.js';
import { Routes } from './route.js';
import type * as streams from './stream-answer.js';
import { highestTier } from './tier.js';

export class SecureFetcher {
  /** What a library takes as its base URL. */
  readonly baseURL: string;
  readonly #config: ResolvedConfig;
  readonly #emit: Emit;
  readonly #coolDown = new CoolDown();
  readonly #calls = new InFlight('SecureFetch');
  readonly #routes: Routes;

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
      return failureAnswer(call?.route.dialect ?? CHAT_COMPLETIONS, this.#told(error));
    } finally {
      leave();
    }
  }

  /** Refuses new calls, waits for those under way, and ends the client unless it is the caller's own. */
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
    if (route.to === 'refused') throw new SecurityError('ENDPOINT_NOT_SEALED', route.why);
    const cooling = this.#coolDown.current(performance.now());
    if (cooling !== undefined) return failureAnswer(route.dialect, cooling);
    return route.to === 'models' ? this.#models(call) : this.#sealed(call, route.dialect);
  }

  async #models(call: FetchCall): Promise<Response> {
    const { client } = this.#config;
    if (client.listModels === undefined) {
      throw new SecurityError('ENDPOINT_NOT_SEALED', 'this client cannot list models');
    }
    const apiKey = this.#apiKeyOf(call);
    return jsonAnswer(
      await client.listModels({
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        ...(apiKey === undefined ? {} : { apiKey }),
      }),
    );
  }

  async #sealed(call: FetchCall, dialect: Dialect): Promise<Response> {
    const { security_tier: ofBody, ...body } = await abortable(call.json(), call.signal);
    const dialectCall = (await dialect.translator()).read(body);
    // Before anything is sent, so that no answer is lost.
    if (dialectCall.isStream) await loadStreams();
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
    // What a dialect makes can have members that JSON leaves out.
    return jsonAnswer(said === answer ? said : JSON.stringify(said), answer._metadata.payload_id);
  }

  async #stream(
    stream: ChatCompletionStream,
    call: FetchCall,
    dialect: Dialect,
    dialectCall: DialectCall,
  ): Promise<Response> {
    const { streamAnswer } = await loadStreams();
    const leave = stream.synthetic ? () => undefined : this.#calls.enter();
    return streamAnswer(stream, dialect, dialectCall, {
      failed: (error) => (call.signal?.aborted === true ? undefined : this.#told(error)),
      over: leave,
    });
  }

  /** A library's own key, where the library was told that our router is its server and no other key was given. */
  #apiKeyOf({ route, headers }: FetchCall): string | undefined {
    if (!route.isRouter || this.#config.client.hasApiKey?.() !== false) return undefined;
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    return token ?? headers.get('x-api-key') ?? undefined;
  }

  /** Tells whoever wants to know, and remembers how long the router wants to be left alone. */
  #told(error: unknown): Failure {
    const failure = this.#coolDown.note(failureOf(error), performance.now());
    this.#emit({ message: 'nomyo:fetch-failed', status: failure.status, code: failure.code, error });
    quietly((): unknown => this.#config.onError(error));
    return failure;
  }
}

const loadStreams = (): Promise<typeof streams> => loadPart(() => import('./stream-answer.js'));

function isStream(answer: ChatCompletion | ChatCompletionStream): answer is ChatCompletionStream {
  return Symbol.asyncIterator in answer;
}
