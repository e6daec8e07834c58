/** What a library hands to `fetch`, in any of its forms, as one thing. */
import { InvalidArgumentError, isObject } from '@nomyo/base';
import type { Members } from '../dialects/dialect.js';

/** One call of `fetch`. */
export interface FetchCall {
  readonly url: URL;
  /** In upper case. */
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** @throws {InvalidArgumentError} when the body is no JSON object */
  readonly json: () => Promise<Members>;
}

/** A request of the Fetch standard, by its shape: libraries bring classes of their own. */
type RequestLike = Pick<Request, 'url' | 'method' | 'headers' | 'signal' | 'text'>;

/**
 * @param base what a relative URL is relative to
 * @throws {InvalidArgumentError} on what is no URL and no request
 */
export function readCall(input: unknown, init: RequestInit | undefined, base: string): FetchCall {
  const request = isRequest(input) ? input : undefined;
  return {
    url: parseUrl(request?.url ?? String(input), base),
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    headers: readHeaders(init?.headers ?? request?.headers),
    signal: init?.signal ?? request?.signal ?? undefined,
    json: async () => parseObject(await readText(init?.body, request)),
  };
}

function isRequest(input: unknown): input is RequestLike {
  return isObject(input) && typeof input['url'] === 'string' && typeof input['method'] === 'string';
}

function parseUrl(url: string, base: string): URL {
  try {
    return new URL(url, base);
  } catch {
    throw new InvalidArgumentError('url', 'must be a URL');
  }
}

function readHeaders(headers: HeadersInit | undefined): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new InvalidArgumentError('headers', 'must be names and values that HTTP allows');
  }
}

/** A body that was given beside a request stands in for that of the request, as in the Fetch standard. */
async function readText(
  body: BodyInit | null | undefined,
  request: RequestLike | undefined,
): Promise<string> {
  if (typeof body === 'string') return body;
  try {
    if (body === undefined || body === null) return (await request?.text()) ?? '';
    // A Response reads every form of a body, and knows the streams of its runtime.
    return await new Response(body).text();
  } catch {
    throw new InvalidArgumentError('body', 'could not be read');
  }
}

function parseObject(text: string): Members {
  const body = parseJson(text);
  if (!isObject(body)) throw new InvalidArgumentError('body', 'must be a JSON object');
  return body;
}

/** The parser quotes what it could not read, which is the prompt: its words are not repeated. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('body', 'must be JSON');
  }
}
