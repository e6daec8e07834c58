/** The same contract over `fetch`, the runtime's or a caller's own. */
import { abortable, DisposedError } from '@nomyo/base';
import { afterSending } from './after-sending.js';
import { declaredLength, readBody } from './body.js';
import { connectionError } from './connection-error.js';
import { withDeadline } from './deadline.js';
import { timedOut } from './errors.js';
import { checkRequest, type HttpClient, type HttpRequest, type HttpResponse } from './http.js';
import { DROPPED_HEADERS, refuseEncoding, refuseRedirect } from './response.js';

type Fetch = typeof globalThis.fetch;

/** Nothing of the page's goes along, nothing is kept, nothing is followed. */
const POLICY = {
  redirect: 'manual',
  credentials: 'omit',
  cache: 'no-store',
  referrerPolicy: 'no-referrer',
} as const;

const IDENTITY = { 'Accept-Encoding': 'identity' } as const;

export class FetchClient implements HttpClient {
  readonly #fetch: Fetch;
  #closed = false;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { method, timeout, signal } = request;
    // fetch does not tell how far it has come.
    const expired = (): Error => timedOut(timeout, method !== 'GET');
    try {
      if (this.#closed) throw new DisposedError('HttpClient');
      checkRequest(request);
      // A fetch of somebody's own may not listen to the signal.
      const send = (): Promise<HttpResponse> =>
        withDeadline({ timeout, signal, expired }, (ended) =>
          abortable(exchange(this.#fetch, request, ended), ended),
        );
      return await (method === 'GET' ? send() : afterSending(send));
    } finally {
      if (request.wipeBody ?? true) request.body?.fill(0);
    }
  }

  /** The connections are the runtime's. */
  close(): void {
    this.#closed = true;
  }
}

async function exchange(fetch: Fetch, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { url, method, headers, body = null } = request;
  const sent = method !== 'GET';
  let response: Response | undefined;
  try {
    response = await fetch(url.href, {
      method,
      headers: { ...headers, ...IDENTITY },
      body,
      signal,
      ...POLICY,
    });
    return await receive(response, request.maxBytes, sent);
  } catch (error) {
    response?.body?.cancel().catch(() => undefined);
    throw connectionError(error, sent);
  }
}

async function receive(
  response: Response,
  maxBytes: number,
  possiblyExecuted: boolean,
): Promise<HttpResponse> {
  const { status } = response;
  const headers = headersOf(response);
  refuseRedirect(isRedirect(response) ? Math.max(status, 300) : status);
  if (isEncodingOurs()) refuseEncoding(headers, possiblyExecuted);
  const declared = 'content-encoding' in headers ? undefined : declaredLength(headers);
  const body = await readBody(chunksOf(response), { declared, maxBytes, possiblyExecuted });
  return { status, headers, body };
}

/** Not followed (Fetch §4.3: an opaque answer with status 0), or followed against our word by a fetch of one's own. */
function isRedirect({ type, redirected }: Response): boolean {
  return type === 'opaqueredirect' || redirected;
}

/** Browsers negotiate compression themselves, and drop a header that says otherwise: there it is no surprise. */
function isEncodingOurs(): boolean {
  return new Request('https://nomyo.invalid', { headers: IDENTITY }).headers.has('Accept-Encoding');
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => !DROPPED_HEADERS.includes(name)));
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
