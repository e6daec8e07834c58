/** HTTP client of the inference server: keep-alive, deadlines, bounded answers, cancellation. */
import {
  Agent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { LightAbortController, type AbortSignalLike } from '@nomyo/base';
import { Pieces } from '../http/pieces.js';
import type { Limits } from '../limits.js';
import { UpstreamError } from './failure.js';

/** Answers are sealed as they come, so none may be compressed. */
const WANTED = { accept: 'application/json, text/event-stream', 'accept-encoding': 'identity' } as const;

/** One call. */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST';
  /** Relative to the base: `chat/completions`. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly signal: AbortSignalLike;
}

/** An answer whose head has arrived. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  /** In whole seconds; `undefined` if absent or a date. */
  readonly retryAfter: number | undefined;
  /** Whether the body is delimited. One that ends with its connection may be truncated. */
  readonly isDelimited: boolean;
  /** The pieces as they arrive. Leaving the loop early cancels the request. @throws {UpstreamError} */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where the inference server is, and how long it may take. */
export interface UpstreamOptions {
  readonly base: URL;
  /** Sent as a bearer token; clients' keys are never forwarded. */
  readonly apiKey: string | undefined;
  readonly limits: Pick<Limits, 'exchanges' | 'upstreamMs' | 'upstreamIdleMs'>;
}

/** Sends requests to one inference server. */
export class Upstream {
  readonly #request: typeof httpRequest;
  /** Shared by all requests. */
  readonly #options: RequestOptions;
  readonly #basePath: string;
  readonly #headers: OutgoingHttpHeaders;
  readonly #agent: Agent;

  constructor({ base, apiKey, limits }: UpstreamOptions) {
    const isTls = base.protocol === 'https:';
    const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#headers = { ...authorization, ...WANTED };
    const kept = { keepAlive: true, maxSockets: limits.exchanges, timeout: limits.upstreamIdleMs };
    this.#agent = isTls ? new TlsAgent(kept) : new Agent(kept);
    this.#request = isTls ? httpsRequest : httpRequest;
    this.#basePath = base.pathname;
    this.#options = {
      hostname: base.hostname.replace(/^\[|\]$/gu, ''),
      port: base.port === '' ? undefined : Number(base.port),
      agent: this.#agent,
      timeout: limits.upstreamMs,
    };
  }

  /** @throws {UpstreamError} when there is no answer */
  async call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const silence = new LightAbortController();
    const answer = await this.#send(call, silence);
    const { statusCode: status = 0, headers } = answer;
    const { 'retry-after': retryAfter = '', 'content-type': contentType } = headers;
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      answer.destroy();
      throw new UpstreamError('compressed');
    }
    return {
      status,
      contentType,
      retryAfter: /^\d{1,6}$/u.test(retryAfter) ? Number(retryAfter) : undefined,
      isDelimited: 'content-length' in headers || 'transfer-encoding' in headers,
      body: new Pieces(answer, () => failureOf(undefined, [silence, call.signal], true)),
    };
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** @param silence aborted with a timeout after too long a silence, also after the head of the answer */
  #send(
    { method, path, body, signal }: UpstreamCall,
    silence: LightAbortController,
  ): Promise<IncomingMessage> {
    const headers = { ...this.#headers, ...bodyHeaders(body) };
    const options = { ...this.#options, method, path: this.#basePath + path, headers };
    return new Promise((resolve, reject) => {
      const sent = this.#request(options, resolve);
      const abort = (): void => void sent.destroy(new UpstreamError('gone'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
      const isConnected = whenConnected(sent);
      sent.once('timeout', () => {
        silence.abort(new DOMException('the inference server is silent', 'TimeoutError'));
        sent.destroy(new UpstreamError('timeout'));
      });
      sent.once('error', (error) => reject(failureOf(error, [signal], isConnected())));
      sent.end(body);
    });
  }
}

function bodyHeaders(body: Uint8Array | undefined): OutgoingHttpHeaders {
  return body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.byteLength };
}

/** Tells whether a connection existed: from then on the request may have been sent. */
function whenConnected(sent: ClientRequest): () => boolean {
  let connected = false;
  sent.once('socket', (socket) => {
    // A keep-alive connection already exists.
    if (!socket.connecting) connected = true;
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => (connected = true));
  });
  return () => connected;
}

/** The first aborted signal gives the reason; otherwise the connection broke. */
function failureOf(
  error: unknown,
  signals: readonly AbortSignalLike[],
  wasConnected: boolean,
): UpstreamError {
  const ended = signals.find(({ aborted }) => aborted);
  if (ended !== undefined) return new UpstreamError(isTimeout(ended.reason) ? 'timeout' : 'gone');
  if (error instanceof UpstreamError) return error;
  return new UpstreamError(wasConnected ? 'broken' : 'unreachable');
}

function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}
