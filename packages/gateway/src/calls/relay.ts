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
import type { CallBook, Outcome } from './book.js';
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
const ORIGIN = 'https://gateway.invalid';

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
    const id = book.begin({ dialect });
    const place = admission.enter();
    if (place === undefined) return this.#refuse(id, dialect, BUSY, 'busy');
    let keepsPlace = false;
    try {
      const call = await this.#read(id, dialect, request);
      await place.turn(request.signal);
      book.update(id, { state: 'running' });
      const response = await this.#options.fetch(ORIGIN + DIALECTS[dialect].target, call);
      book.update(id, { state: 'answering', status: response.status });
      if (!response.ok) return await this.#refusal(id, dialect, response);
      if (!isEvents(response)) return await this.#whole(id, dialect, response);
      // Once the model is done, a slow reader holds up no other call.
      keepsPlace = response.headers.get('x-nomyo-stream') !== 'synthetic';
      return this.#stream(id, dialect, response, {
        leave: () => place.leave(),
        hangUp: () => request.hangUp(),
      });
    } catch (error) {
      keepsPlace = false;
      return this.#fail(id, dialect, error, request.signal);
    } finally {
      if (!keepsPlace) place.leave();
    }
  }

  /** The call as the adapter takes it. No header of the client is passed on: its token is for the gateway only. */
  async #read(id: number, dialect: DialectName, request: CallRequest): Promise<SecureFetchInit> {
    const { maxBodyBytes, model, book } = this.#options;
    const bytes = await request.readBody(maxBodyBytes);
    const { text, members } = parseJson(bytes);
    const needsModel = members['model'] === undefined && model !== undefined;
    const named = needsModel ? { ...members, model } : members;
    const chat = dialect === 'ollama' ? chatRequestOf(named) : named;
    const tier = request.tier ?? members['security_tier'] ?? this.#options.tier;
    book.update(id, {
      model: typeof named['model'] === 'string' ? named['model'] : '',
      tier: typeof tier === 'string' ? tier : '',
      stream: dialect === 'ollama' ? isStream(members) : members['stream'] === true,
      requestBytes: bytes.byteLength,
    });
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

  async #whole(id: number, dialect: DialectName, response: Response): Promise<CallAnswer> {
    const { book } = this.#options;
    const text = await response.text();
    const body = dialect === 'ollama' ? this.#ollamaAnswer(id, text) : text;
    book.update(id, { responseBytes: Buffer.byteLength(body) });
    return {
      status: response.status,
      headers: dialect === 'ollama' ? { 'content-type': 'application/json' } : kept(response.headers),
      body,
      delivered: (how) => book.end(id, how),
    };
  }

  #stream(id: number, dialect: DialectName, response: Response, ends: Ends): CallAnswer {
    const { book } = this.#options;
    const ended = { whole: 'ok', cancelled: 'cancelled', broken: 'failed' } as const;
    const source = response.body;
    if (source === null) throw new TypeError('an answer in pieces has a body');
    const body = tracked(
      dialect === 'ollama' ? this.#ollamaLines(id, source) : source,
      {
        onBytes: (count) => book.addBytes(id, count),
        onEnd: (how) => {
          book.end(id, ended[how]);
          ends.leave();
        },
      },
      ends.hangUp,
    );
    const headers =
      dialect === 'ollama' ? { 'content-type': 'application/x-ndjson' } : kept(response.headers);
    return { status: response.status, headers, body, delivered: nobody };
  }

  #ollamaAnswer(id: number, text: string): string {
    const completion: unknown = JSON.parse(text);
    return JSON.stringify(answerOf(isObject(completion) ? completion : {}, this.#frame(id)));
  }

  #ollamaLines(id: number, body: NonNullable<Response['body']>): ReadableStream<Uint8Array> {
    const lines = new OllamaLines(this.#frame(id));
    return body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(
        new TransformStream<string, string>({ transform: (text, to) => to.enqueue(lines.push(text)) }),
      )
      .pipeThrough(new TextEncoderStream());
  }

  #frame(id: number): { readonly model: string; readonly startedAt: number } {
    const { model = '', startedAt = Date.now() } = this.#options.book.find(id) ?? {};
    return { model, startedAt };
  }

  /** Refusals are small, and already have the shape of their protocol, except for Ollama's. */
  async #refusal(id: number, dialect: DialectName, response: Response): Promise<CallAnswer> {
    const text = await response.text();
    const { code, type, message } = errorIn(text);
    this.#options.book.update(id, { code, responseBytes: Buffer.byteLength(text) });
    this.#options.book.end(id, outcomeOf(response.status, type, code));
    const body = dialect === 'ollama' ? JSON.stringify({ error: `${message} (${code})` }) : text;
    return { status: response.status, headers: kept(response.headers), body, delivered: nobody };
  }

  #refuse(id: number, dialect: DialectName, fault: Fault, outcome: Outcome): CallAnswer {
    this.#options.book.update(id, { status: fault.status, code: fault.code });
    this.#options.book.end(id, outcome);
    return { ...faultAnswer(dialect, fault), delivered: nobody };
  }

  #fail(id: number, dialect: DialectName, error: unknown, signal: AbortSignalLike): CallAnswer {
    if (signal.aborted) return this.#refuse(id, dialect, GONE, 'cancelled');
    return this.#refuse(
      id,
      dialect,
      faultOf(error),
      error instanceof NomyoError || error instanceof BodyError ? 'refused' : 'failed',
    );
  }
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
