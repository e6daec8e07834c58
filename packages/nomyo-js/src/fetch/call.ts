/** Reads the arguments that a library passes to `fetch`, in any of their forms. */
import { anAbortSignal, InvalidArgumentError, isObject, type AbortSignalLike } from '@nomyo/base';
import type { Members } from '../dialects/dialect.js';
import type { Route, Routes } from './route.js';

/** The second argument of `fetch`. The signal may be any object with the shape of one. */
export type SecureFetchInit = Omit<RequestInit, 'signal'> & { readonly signal?: AbortSignalLike | null };

/** One call of `fetch`. */
export interface FetchCall {
  readonly route: Route;
  readonly headers: Headers;
  readonly signal: AbortSignalLike | undefined;
  /** Reads the body. @throws {InvalidArgumentError} when it is not a JSON object */
  readonly json: () => Promise<Members>;
}

/** A `Request`, recognized by its shape, because libraries bring classes of their own. */
type RequestLike = Pick<Request, 'url' | 'method' | 'headers' | 'signal' | 'arrayBuffer'>;

/** @throws {InvalidArgumentError} when `input` is neither a URL nor a request, or a header or the signal is invalid */
export function readCall(input: unknown, init: SecureFetchInit | undefined, routes: Routes): FetchCall {
  const request = isRequest(input) ? input : undefined;
  const headers = readHeaders(init?.headers ?? request?.headers);
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  return {
    route: routes.of(method, request?.url ?? String(input)),
    headers,
    signal: readSignal(init, request),
    json: async () => {
      refuseCoding(headers);
      return parseObject(await readText(init?.body, request));
    },
  };
}

function isRequest(input: unknown): input is RequestLike {
  return isObject(input) && typeof input['url'] === 'string' && typeof input['method'] === 'string';
}

function readHeaders(headers: HeadersInit | undefined): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new InvalidArgumentError('headers', 'must hold valid HTTP header names and values');
  }
}

/** `null` in `init` overrides the request's own signal, as in the Fetch standard. */
function readSignal(
  init: SecureFetchInit | undefined,
  request: RequestLike | undefined,
): AbortSignalLike | undefined {
  const signal: unknown = init?.signal === undefined ? request?.signal : init.signal;
  return signal === undefined || signal === null ? undefined : anAbortSignal('signal', signal);
}

/** Refuses a compressed body, with an error that says why: otherwise it would only not be JSON. */
function refuseCoding(headers: Headers): void {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return;
  throw new InvalidArgumentError('content-encoding', 'must not be set: send the body uncompressed');
}

/** A body in `init` overrides the request's own, as in the Fetch standard. */
async function readText(
  body: BodyInit | null | undefined,
  request: RequestLike | undefined,
): Promise<string> {
  // A byte order mark is no JSON; of bytes, the decoder takes it away (RFC 8259 §8.1).
  if (typeof body === 'string') return body.replace(/^\uFEFF/, '');
  try {
    // A Response reads a body in any form, including the streams of its runtime.
    const from = body === undefined || body === null ? request : new Response(body);
    return decode((await from?.arrayBuffer()) ?? new ArrayBuffer(0));
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError('body', 'could not be read');
  }
}

/** Decodes strictly, so that the model gets exactly what was written. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidArgumentError('body', 'must be UTF-8');
  }
}

function parseObject(text: string): Members {
  const body = parseJson(text);
  if (!isObject(body)) throw new InvalidArgumentError('body', 'must be a JSON object');
  return body;
}

/** Parses JSON. The parser's own error would quote the text, which is the prompt, so it is not repeated. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('body', 'must be JSON');
  }
}
