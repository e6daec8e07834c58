/** From an answer to an error: what each status means (SPEC.md §8), in one table. */
import { readDetail } from './detail.js';
import {
  APIError,
  AuthenticationError,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  type APIErrorInfo,
} from '../errors/errors.js';
import type { HttpMethod, HttpResponse } from '../client/http.js';
import { parseRetryAfter } from './retry-after.js';

interface StatusEntry {
  readonly error: new (message: string, info: APIErrorInfo) => APIError;
  readonly meaning: string;
}

const BY_STATUS: Readonly<Record<number, StatusEntry>> = {
  400: { error: InvalidRequestError, meaning: 'the request is wrong, or could not be decrypted' },
  401: { error: AuthenticationError, meaning: 'the API key is missing or wrong' },
  403: { error: ForbiddenError, meaning: 'the model is not allowed for the security tier' },
  404: { error: APIError, meaning: 'secure inference is not enabled, or the base URL is wrong' },
  429: { error: RateLimitError, meaning: 'over the rate limit' },
  500: { error: ServerError, meaning: 'the router failed' },
  502: { error: APIError, meaning: 'a gateway got no good answer from the router' },
  503: { error: ServiceUnavailableError, meaning: 'the backend is away, or the API key is cooling down' },
  504: { error: APIError, meaning: 'a gateway got no answer from the router in time' },
};

const OTHER: StatusEntry = { error: APIError, meaning: 'an unexpected status' };

/** Statuses that a later attempt can turn into an answer (SPEC.md §8). */
export const RETRIED_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

/** The request was refused (RFC 9110 §15.5). */
const CLIENT_ERRORS = { from: 400, to: 499 } as const;
const SERVICE_UNAVAILABLE = 503;

/**
 * The error that an answer other than 200 stands for. Its text comes from the router, unencrypted; it is cut to a
 * length and has no control characters.
 *
 * @param payloadId of the request, to be named in a support case
 * @param method of the request; a GET runs nothing, so its failure is never `possiblyExecuted`
 * @param now in ms since the epoch, for a `Retry-After` that is a date
 */
export function errorOfResponse(
  { status, headers, body }: HttpResponse,
  payloadId?: string,
  method: HttpMethod = 'POST',
  now: number = Date.now(),
): APIError {
  const { error, meaning } = BY_STATUS[status] ?? OTHER;
  const { text, details } = readDetail(body);
  const message = `the router answered ${String(status)} (${meaning})${text === '' ? '' : `: ${text}`}`;
  return new error(message, {
    status,
    headers,
    errorDetails: details,
    payloadId,
    retryAfter: parseRetryAfter(headers, now),
    possiblyExecuted: method !== 'GET' && mayHaveRun(status),
  });
}

/** A refusal comes before the request is run; any other answer can come after it. */
function mayHaveRun(status: number): boolean {
  const isRefused = status >= CLIENT_ERRORS.from && status <= CLIENT_ERRORS.to;
  return !isRefused && status !== SERVICE_UNAVAILABLE;
}
