/** Carries one call from a client's request to its answer, through the adapter that seals it. */
import { isObject, NomyoError } from '@nomyo/base';
import { DIALECTS, faultResponse, type DialectName, type Fault } from '../dialects/dialects.js';
import { answerOf, OllamaLines } from '../dialects/ollama-answer.js';
import { chatRequestOf, isStream } from '../dialects/ollama-request.js';
import { BodyError, readJson } from '../http/body.js';
import type { Admission } from './admission.js';
import type { CallBook, Outcome } from './book.js';
import { tracked } from './tracked.js';

/** The part of `SecureFetch` that is used here. */
export type SealingFetch = (url: string, init: RequestInit) => Promise<Response>;

/** What all calls share. */
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

/** What to do when an answer ends. */
interface Ends {
  /** Gives the place back. */
  readonly leave: () => void;
  /** Closes the client's connection: the answer broke off. */
  readonly hangUp: () => void;
}

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

  /** @param hangUp closes the client's connection when an answer breaks off after it has begun */
  async answer(dialect: DialectName, request: Request, hangUp: () => void): Promise<Response> {
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
      keepsPlace = isUnderWay(response);
      return await this.#hand(id, dialect, response, { leave: () => place.leave(), hangUp });
    } catch (error) {
      keepsPlace = false;
      return this.#fail(id, dialect, error, request.signal);
    } finally {
      // Once the model is done, a slow reader keeps nobody waiting.
      if (!keepsPlace) place.leave();
    }
  }

  /** The call as the adapter takes it. No header of the client is passed on: its token is for the gateway only. */
  async #read(id: number, dialect: DialectName, request: Request): Promise<RequestInit> {
    const { maxBodyBytes, model } = this.#options;
    const { text, members } = await readJson(request, maxBodyBytes);
    const needsModel = members['model'] === undefined && model !== undefined;
    const named = needsModel ? { ...members, model } : members;
    const chat = dialect === 'ollama' ? chatRequestOf(named) : named;
    const tier = request.headers.get('x-security-tier') ?? members['security_tier'] ?? this.#options.tier;
    this.#options.book.update(id, {
      model: typeof named['model'] === 'string' ? named['model'] : '',
      tier: typeof tier === 'string' ? tier : '',
      stream: dialect === 'ollama' ? isStream(members) : members['stream'] === true,
      requestBytes: Buffer.byteLength(text),
    });
    const header = request.headers.get('x-security-tier');
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(header === null ? {} : { 'x-security-tier': header }),
      },
      body: chat === members ? text : JSON.stringify(chat),
      signal: request.signal,
    };
  }

  async #hand(id: number, dialect: DialectName, response: Response, ends: Ends): Promise<Response> {
    const { book } = this.#options;
    const ended = { whole: 'ok', cancelled: 'cancelled', broken: 'failed' } as const;
    const own = dialect === 'ollama' ? await this.#asOllama(id, response) : response;
    const body =
      own.body === null
        ? null
        : tracked(
            own.body,
            {
              onBytes: (count) => book.addBytes(id, count),
              onEnd: (how) => {
                book.end(id, ended[how]);
                ends.leave();
              },
            },
            ends.hangUp,
          );
    if (body === null) book.end(id, 'ok');
    return new Response(body, { status: own.status, headers: kept(own.headers) });
  }

  async #asOllama(id: number, response: Response): Promise<Response> {
    const call = this.#options.book.live.find((entry) => entry.id === id);
    const frame = { model: call?.model ?? '', startedAt: call?.startedAt ?? Date.now() };
    if (call?.stream !== true || response.body === null) {
      const completion: unknown = await response.json();
      return Response.json(answerOf(isObject(completion) ? completion : {}, frame));
    }
    const lines = new OllamaLines(frame);
    const body = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(
        new TransformStream<string, string>({ transform: (text, to) => to.enqueue(lines.push(text)) }),
      )
      .pipeThrough(new TextEncoderStream());
    return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
  }

  /** Refusals are small, and already have the shape of their protocol, except for Ollama's. */
  async #refusal(id: number, dialect: DialectName, response: Response): Promise<Response> {
    const text = await response.text();
    const { code, type, message } = errorIn(text);
    this.#options.book.update(id, { code, responseBytes: Buffer.byteLength(text) });
    this.#options.book.end(id, outcomeOf(response.status, type, code));
    const shaped = dialect === 'ollama' ? JSON.stringify({ error: `${message} (${code})` }) : text;
    return new Response(shaped, { status: response.status, headers: kept(response.headers) });
  }

  #refuse(id: number, dialect: DialectName, fault: Fault, outcome: Outcome): Response {
    this.#options.book.update(id, { status: fault.status, code: fault.code });
    this.#options.book.end(id, outcome);
    return faultResponse(dialect, fault);
  }

  #fail(id: number, dialect: DialectName, error: unknown, signal: AbortSignal): Response {
    if (signal.aborted) return this.#refuse(id, dialect, GONE, 'cancelled');
    return this.#refuse(
      id,
      dialect,
      faultOf(error),
      error instanceof NomyoError || error instanceof BodyError ? 'refused' : 'failed',
    );
  }
}

/** Whether the model is still writing: true of a real stream, not of one made from a whole answer. */
function isUnderWay({ headers, body }: Response): boolean {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  return isStream && body !== null && headers.get('x-nomyo-stream') !== 'synthetic';
}

/** Nobody reads it. */
const GONE: Fault = { status: 499, code: 'CLIENT_GONE', type: 'cancelled', message: 'the client went away' };

function faultOf(error: unknown): Fault {
  const type = 'invalid_request_error';
  if (error instanceof BodyError) {
    return { status: error.status, code: error.code, type, message: error.message };
  }
  if (error instanceof NomyoError) return { status: 400, code: error.code, type, message: error.message };
  return { status: 500, code: 'GATEWAY_FAILED', type: 'api_error', message: 'the gateway failed' };
}

function kept(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => ANSWER_HEADERS.includes(name)));
}

function errorIn(text: string): { readonly code: string; readonly type: string; readonly message: string } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
  const read = (name: string): string => (typeof error[name] === 'string' ? error[name] : '');
  return { code: read('code'), type: read('type'), message: read('message') };
}

const BAD_REQUESTS: readonly number[] = [400, 413];

function outcomeOf(status: number, type: string, code: string): Outcome {
  if (type === 'nomyo_security_error') return 'security';
  if (type === 'nomyo_configuration_error') return 'failed';
  if (code.startsWith('CONNECTION_')) return 'connection';
  return BAD_REQUESTS.includes(status) && code === 'INVALID_ARGUMENT' ? 'refused' : 'router';
}
