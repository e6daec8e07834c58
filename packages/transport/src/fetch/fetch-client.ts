/** An HTTP client over `fetch`, the runtime's or the caller's own. */
import { abortable, DisposedError, NomyoError, SecurityError } from '@nomyo/base';
import { loadPart } from '../errors/load-part.js';
import { markFailuresAsSent } from '../errors/mark-sent.js';
import { checkHead, declaredLength, readBody, redirectRefused } from '../answer/answer.js';
import { isLoopbackName } from '../policy/loopback.js';
import { withDeadline, type Deadline } from '../client/deadline.js';
import { APIConnectionError, timedOut } from '../errors/errors.js';
import { cancel, chunksOf, headersOf, type FetchResponse, type Opened } from './fetch-response.js';
import {
  checkRequest,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStreamRequest,
  type HttpStreamResponse,
} from '../client/http.js';

type Fetch = typeof globalThis.fetch;

/** Sends no cookies or referrer of the page, caches nothing, and follows no redirect. */
const POLICY = {
  redirect: 'manual',
  credentials: 'omit',
  cache: 'no-store',
  referrerPolicy: 'no-referrer',
} as const;

const IDENTITY = { 'Accept-Encoding': 'identity' } as const;

/** The options that apply when a `fetch` makes the connections. */
type FetchClientOptions = Pick<HttpClientOptions, 'userAgent' | 'allowRemoteHttp'>;

/** Sends requests through a `fetch`, with the same checks and limits. */
export class FetchClient implements HttpClient {
  readonly #fetch: Fetch;
  readonly #options: FetchClientOptions;
  #closed = false;

  constructor(fetch: Fetch, options: FetchClientOptions = {}) {
    this.#fetch = fetch;
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      this.#check(request);
      // A custom fetch may ignore the signal.
      const send = (): Promise<HttpResponse> =>
        withDeadline(deadlineOf(request), (ended) => abortable(this.#send(request, ended), ended));
      return await (request.method === 'GET' ? send() : markFailuresAsSent(send));
    } finally {
      wipe(request);
    }
  }

  async stream(request: HttpStreamRequest): Promise<HttpStreamResponse> {
    try {
      this.#check(request);
      // Loaded on demand, because most pages stream no answer; and before anything is sent, so that no answer is lost.
      const { openStream } = await loadPart(() => import('./fetch-stream.js'));
      const open = (): Promise<HttpStreamResponse> =>
        openStream(request, deadlineOf(request), (signal) => this.#open(request, signal));
      return await (request.method === 'GET' ? open() : markFailuresAsSent(open));
    } finally {
      wipe(request);
    }
  }

  /** Refuses further requests; the connections belong to the runtime. */
  close(): void {
    this.#closed = true;
  }

  #check(request: HttpStreamRequest): void {
    if (this.#closed) throw new DisposedError('HttpClient');
    checkRequest(request);
    const { protocol, hostname, host } = request.url;
    if (protocol === 'https:' || this.#options.allowRemoteHttp === true || isLoopbackName(hostname)) return;
    throw new SecurityError(
      'INSECURE_URL',
      `http: leads to ${host}, which can be another machine: use https:, or allowHttp: 'dangerously-remote'`,
    );
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { head, declared, response } = await this.#open(request, signal);
    const possiblyExecuted = mayHaveRun(request);
    try {
      const { maxBytes, maxBytesName } = request;
      const frame = { declared, maxBytes, maxBytesName, possiblyExecuted };
      return { ...head, body: await readBody(chunksOf(response), frame) };
    } catch (error) {
      cancel(response);
      throw await failureOf(error, request);
    }
  }

  async #open(request: HttpRequest, signal: AbortSignal): Promise<Opened> {
    const { url, method, headers, body = null } = request;
    const possiblyExecuted = mayHaveRun(request);
    let response: FetchResponse | undefined;
    try {
      const ours = { ...this.#userAgent(headers), ...IDENTITY };
      const init = { method, headers: { ...headers, ...ours }, body, signal, ...POLICY };
      // The runtime's `fetch` must not be called as a method.
      const fetch = this.#fetch;
      response = await fetch(url.href, init);
      return accept(response, possiblyExecuted);
    } catch (error) {
      cancel(response);
      throw await failureOf(error, request);
    }
  }

  /** The client's `User-Agent`, unless the request has its own. */
  #userAgent(headers: HttpRequest['headers']): Readonly<Record<string, string>> {
    const { userAgent } = this.#options;
    if (userAgent === undefined) return {};
    const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent');
    return isNamed ? {} : { 'User-Agent': userAgent };
  }
}

function accept(response: FetchResponse, possiblyExecuted: boolean): Opened {
  const { status } = response;
  const headers = headersOf(response);
  // If a redirect was followed, the status is that of its target.
  if (isRedirect(response)) throw redirectRefused();
  checkHead({ status, headers: isEncodingOurs() ? headers : {} }, possiblyExecuted);
  const declared = 'content-encoding' in headers ? undefined : declaredLength(headers);
  return { head: { status, headers }, declared, response };
}

function deadlineOf({ timeout, signal, method }: HttpRequest): Deadline {
  return { timeout, signal, expired: () => timedOut(timeout, method !== 'GET') };
}

/**
 * Converts an error to a typed one; an error of this SDK is returned unchanged. The code is loaded on demand, because
 * most pages see no failure. If the part that finds secrets cannot be loaded, foreign text is not repeated.
 */
async function failureOf(error: unknown, request: HttpRequest): Promise<NomyoError> {
  if (error instanceof NomyoError) return error;
  const possiblyExecuted = mayHaveRun(request);
  try {
    const { connectionError, failedAttempt } = await import('./fetch-failure.js');
    return connectionError(error, failedAttempt(request, possiblyExecuted));
  } catch {
    const message = 'the connection to the router failed: check the network';
    return new APIConnectionError(message, { possiblyExecuted });
  }
}

/** Reports whether the request may have been run: fetch does not tell how far it got. */
function mayHaveRun({ method }: HttpRequest): boolean {
  return method !== 'GET';
}

function wipe({ body, wipeBody = true }: HttpRequest): void {
  if (wipeBody) body?.fill(0);
}

/** A redirect: not followed (Fetch §4.3: an opaque answer with status 0), or followed by the caller's fetch anyway. */
function isRedirect({ type, redirected }: FetchResponse): boolean {
  return type === 'opaqueredirect' || redirected === true;
}

/** Reports whether `Accept-Encoding` is ours to set. Browsers drop it and negotiate compression themselves. */
function isEncodingOurs(): boolean {
  return new Request('https://nomyo.invalid', { headers: IDENTITY }).headers.has('Accept-Encoding');
}
