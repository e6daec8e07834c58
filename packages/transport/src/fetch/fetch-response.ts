/**
 * The answer of a `fetch`, the runtime's own or another one, which may offer less than the standard. It is recognized
 * by its shape, because other realms, node-fetch and test doubles have classes of their own.
 */
import { APIConnectionError } from '../errors/errors.js';
import { headerPairs } from '../policy/headers.js';
import { DROPPED_HEADERS, type ResponseHead } from '../answer/answer.js';

/** The part of a `Response` that is used. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: unknown;
  readonly type?: string | undefined;
  readonly redirected?: boolean | undefined;
  /** A web stream, or a Node stream as in node-fetch 2. */
  readonly body?: unknown;
  arrayBuffer?: () => Promise<ArrayBuffer>;
}

/** An answer whose head has been checked. */
export interface Opened {
  readonly head: ResponseHead;
  /** Length of the body as it is read, in bytes, if it is known. */
  readonly declared: number | undefined;
  readonly response: FetchResponse;
}

/** The headers, with lower-case names and without cookies. */
export function headersOf({ headers }: FetchResponse): Record<string, string> {
  const pairs = headerPairs(headers) ?? [];
  return Object.fromEntries(
    pairs
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !DROPPED_HEADERS.includes(name)),
  );
}

/**
 * The body in pieces, whatever its type. Leaving the loop early cancels the rest.
 *
 * @throws {APIConnectionError} when the body cannot be read
 */
export async function* chunksOf(response: FetchResponse): AsyncGenerator<Uint8Array> {
  const { body } = response;
  if (isWebStream(body)) yield* piecesOf(body);
  else if (isAsyncIterable(body)) for await (const piece of body) yield bytesOf(piece);
  else if (response.arrayBuffer !== undefined) yield new Uint8Array(await response.arrayBuffer());
  else if (body !== undefined && body !== null) throw unreadable();
}

/** Cancels the rest of an answer; a fetch whose signal is aborted has already done so. */
export function cancel(response: FetchResponse | undefined): void {
  const { body } = response ?? {};
  if (isWebStream(body)) body.cancel().catch(() => undefined);
}

async function* piecesOf(stream: ReadableStream<unknown>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield bytesOf(part.value);
  } finally {
    reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

function bytesOf(piece: unknown): Uint8Array {
  if (typeof piece === 'string') return new TextEncoder().encode(piece);
  if (!ArrayBuffer.isView(piece)) throw unreadable();
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}

function isWebStream(body: unknown): body is ReadableStream<unknown> {
  return isObject(body) && typeof body['getReader'] === 'function';
}

function isAsyncIterable(body: unknown): body is AsyncIterable<unknown> {
  return isObject(body) && typeof body[Symbol.asyncIterator] === 'function';
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}

function unreadable(): APIConnectionError {
  const message = 'the fetch option returned a body that is neither a stream nor bytes';
  return new APIConnectionError(message, { possiblyExecuted: true, retryable: false });
}
