/**
 * Carries one call from a client's request to its answer, through the adapter that seals it. A whole answer stays a
 * text on its way: requests and answers of the Fetch standard would cost more than all the rest of the gateway.
 */
import { isObject, NomyoError, type AbortSignalLike } from '@nomyo/base';
import type { SecureFetchInit } from 'nomyo-js/fetch';
import { DIALECTS, faultAnswer, type Answer, type DialectName, type Fault } from '../dialects/dialects.js';
import { answerOf, OllamaLines } from '../dialects/ollama-answer.js';
import { chatRequestOf, isStream } from '../dialects/ollama-request.js';
import { BodyError, parseJson } from '../http/body.js';
import type { Admission } from './admission.js';
import type { CallBook, LiveCall, Outcome } from './book.js';
import { errorIn, faultOf, GONE, outcomeOf } from './faults.js';
import { tracked } from './tracked.js';

/** The part of `SecureFetch` that is used here. */
export type SealingFetch = (url: string, init: SecureFetchInit) => Promise<Response>;

/** Shared by all calls. */
export interface RelayOptions {
  readonly fetch: SealingFetch;
  readonly admission: Admission;
  readonly book: CallBook;
  readonly maxBodyBytes: number;
  /** Used when a request names no model. */
  readonly model: string | undefined;
  readonly tier: string | undefined;
}

/** The headers of the adapter's answers that clients use. */
const ANSWER_HEADERS: readonly string[] = [
  'content-type',
  'retry-after',
  'x-should-retry',
  'x-nomyo-stream',
  'x-request-id',
  'request-id',
];

/** A client's request, as far as a call needs it. */
export interface CallRequest {
  /** `x-security-tier` as it was sent. */
  readonly tier: string | undefined;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignalLike;
  /** @throws {BodyError} when it is longer than `maxBytes` */
  readBody(maxBytes: number): Promise<Uint8Array>;
  /** Sends what was written, and closes the client's connection: the answer broke off. */
  hangUp(): void;
}

/** An answer, and who must hear that a whole one was delivered, or was not. */
export interface CallAnswer extends Answer {
  readonly delivered: (how: 'ok' | 'cancelled') => void;
}

/** Called when an answer in pieces ends. */
interface Ends {
  /** Gives the place back. */
  readonly leave: () => void;
  readonly hangUp: () => void;
}

const nobody = (): void => undefined;

/** The adapter only looks at the path; nothing is ever sent to this host. */
export const ORIGIN = 'https://gateway.invalid';

const BUSY: Fault = {
  status: 429,
  code: 'GATEWAY_BUSY',
  type: 'rate_limit_error',
  message: 'the gateway is busy; try again in a moment',
  retryAfter: 1,
};

/** Answers calls. */
export class Relay {
  readonly #options: RelayOptions;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Never rejects: what goes wrong is an answer too. */
  async answer(dialect: DialectName, request: CallRequest): Promise<CallAnswer> {
    const { admission, book } = this.#options;
    const call = book.begin(dialect);
    const place = admission.enter();
    if (place === undefined) return this.#refuse(call, dialect, BUSY, 'busy');
    let keepsPlace = false;
    try {
      const init = await this.#read(call, dialect, request);
      await place.turn(request.signal);
      call.state = 'running';
      const response = await this.#options.fetch(ORIGIN + DIALECTS[dialect].target, init);
      call.state = 'answering';
      call.status = response.status;
      if (!response.ok) return await this.#refusal(call, dialect, response);
      if (!isEvents(response)) return await this.#whole(call, dialect, response);
      // Once the model is done, a slow reader holds up no other call.
      keepsPlace = response.headers.get('x-nomyo-stream') !== 'synthetic';
      return this.#stream(call, dialect, response, {
        leave: () => place.leave(),
        hangUp: () => request.hangUp(),
      });
    } catch (error) {
      keepsPlace = false;
      return this.#fail(call, dialect, error, request.signal);
    } finally {
      if (!keepsPlace) place.leave();
    }
  }

  /** The call as the adapter takes it. No header of the client is passed on: its token is for the gateway only. */
  async #read(call: LiveCall, dialect: DialectName, request: CallRequest): Promise<SecureFetchInit> {
    const { maxBodyBytes, model } = this.#options;
    const bytes = await request.readBody(maxBodyBytes);
    const { text, members } = parseJson(bytes);
    const needsModel = members['model'] === undefined && model !== undefined;
    const named = needsModel ? { ...members, model } : members;
    const chat = dialect === 'ollama' ? chatRequestOf(named) : named;
    const tier = request.tier ?? members['security_tier'] ?? this.#options.tier;
    call.model = typeof named['model'] === 'string' ? named['model'] : '';
    call.tier = typeof tier === 'string' ? tier : '';
    call.stream = dialect === 'ollama' ? isStream(members) : members['stream'] === true;
    call.requestBytes = bytes.byteLength;
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(request.tier === undefined ? {} : { 'x-security-tier': request.tier }),
      },
      body: chat === members ? text : JSON.stringify(chat),
      signal: request.signal,
    };
  }

  async #whole(call: LiveCall, dialect: DialectName, response: Response): Promise<CallAnswer> {
    const { book } = this.#options;
    const text = await response.text();
    const body = dialect === 'ollama' ? ollamaAnswer(call, text) : text;
    call.responseBytes = Buffer.byteLength(body);
    return {
      status: response.status,
      headers: dialect === 'ollama' ? { 'content-type': 'application/json' } : kept(response.headers),
      body,
      delivered: (how) => book.end(call, how),
    };
  }

  #stream(call: LiveCall, dialect: DialectName, response: Response, ends: Ends): CallAnswer {
    const { book } = this.#options;
    const ended = { whole: 'ok', cancelled: 'cancelled', broken: 'failed' } as const;
    const source = response.body;
    if (source === null) throw new TypeError('an answer in pieces has a body');
    const body = tracked(
      dialect === 'ollama' ? ollamaLines(call, source) : source,
      {
        onBytes: (count) => (call.responseBytes += count),
        onEnd: (how) => {
          book.end(call, ended[how]);
          ends.leave();
        },
      },
      ends.hangUp,
    );
    const headers =
      dialect === 'ollama' ? { 'content-type': 'application/x-ndjson' } : kept(response.headers);
    return { status: response.status, headers, body, delivered: nobody };
  }

  /** Refusals are small, and already have the shape of their protocol, except for Ollama's. */
  async #refusal(call: LiveCall, dialect: DialectName, response: Response): Promise<CallAnswer> {
    const text = await response.text();
    const { code, type, message } = errorIn(text);
    call.code = code;
    call.responseBytes = Buffer.byteLength(text);
    this.#options.book.end(call, outcomeOf(response.status, type, code));
    const body = dialect === 'ollama' ? JSON.stringify({ error: `${message} (${code})` }) : text;
    return { status: response.status, headers: kept(response.headers), body, delivered: nobody };
  }

  #refuse(call: LiveCall, dialect: DialectName, fault: Fault, outcome: Outcome): CallAnswer {
    call.status = fault.status;
    call.code = fault.code;
    this.#options.book.end(call, outcome);
    return { ...faultAnswer(dialect, fault), delivered: nobody };
  }

  #fail(call: LiveCall, dialect: DialectName, error: unknown, signal: AbortSignalLike): CallAnswer {
    if (signal.aborted) return this.#refuse(call, dialect, GONE, 'cancelled');
    return this.#refuse(
      call,
      dialect,
      faultOf(error),
      error instanceof NomyoError || error instanceof BodyError ? 'refused' : 'failed',
    );
  }
}

function ollamaAnswer(call: LiveCall, text: string): string {
  const completion: unknown = JSON.parse(text);
  return JSON.stringify(answerOf(isObject(completion) ? completion : {}, call));
}

function ollamaLines(call: LiveCall, body: NonNullable<Response['body']>): ReadableStream<Uint8Array> {
  const lines = new OllamaLines(call);
  return body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(
      new TransformStream<string, string>({ transform: (text, to) => to.enqueue(lines.push(text)) }),
    )
    .pipeThrough(new TextEncoderStream());
}

const isEvents = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

function kept(headers: Headers): Readonly<Record<string, string>> {
  const own: Record<string, string> = {};
  for (const name of ANSWER_HEADERS) {
    const value = headers.get(name);
    if (value !== null) own[name] = value;
  }
  return own;
}
