/** Turns error answers into errors, by a table of the meaning of each status (SPEC.md §8). */
import { detailOf, readDetail, type RouterDetail } from './detail.js';
import { redactor } from './redact.js';
import { APIError, type APIErrorInfo } from '../errors/errors.js';
import {
  AuthenticationError,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
} from '../errors/status-errors.js';
import type { HttpMethod, HttpResponse } from '../client/http.js';
import { parseRetryAfter } from './retry-after.js';

interface StatusEntry {
  readonly error: new (message: string, info: APIErrorInfo) => APIError;
  readonly meaning: string;
  /**
   * Whether the request may have been run. `refused`: certainly not. `ambiguous`: possibly, since a gateway or the
   * router itself may send this status after the request was run. `router`: not if the answer has the form that the
   * protocol defines, so comes from the router; a gateway may send the same status after the request was run. Default:
   * `refused` from 400 to 499, otherwise `ambiguous`.
   */
  readonly run?: 'refused' | 'ambiguous' | 'router';
}

const BY_STATUS: Readonly<Record<number, StatusEntry>> = {
  400: { error: InvalidRequestError, meaning: 'the request is invalid, or could not be decrypted' },
  401: { error: AuthenticationError, meaning: 'the API key is missing or wrong' },
  403: { error: ForbiddenError, meaning: 'the model is not allowed for the security tier' },
  404: { error: APIError, meaning: 'secure inference is not enabled, or the base URL is wrong' },
  408: { error: APIError, meaning: 'a gateway gave up waiting', run: 'ambiguous' },
  429: { error: RateLimitError, meaning: 'over the rate limit' },
  499: { error: APIError, meaning: 'a gateway gave up the request', run: 'ambiguous' },
  500: { error: ServerError, meaning: 'the router failed' },
  502: { error: APIError, meaning: 'a gateway got no valid answer from the router' },
  503: {
    error: ServiceUnavailableError,
    meaning: 'the backend is unavailable, or the API key is cooling down',
    run: 'router',
  },
  504: { error: APIError, meaning: 'a gateway got no answer from the router in time' },
};

const OTHER: StatusEntry = { error: APIError, meaning: 'an unexpected status' };

/** The request that an answer belongs to. */
export interface AnsweredRequest {
  /** The `X-Payload-ID` of the request, to quote in a support case. Default: none. */
  readonly payloadId?: string | undefined;
  /** A GET runs nothing, so its failure is never `possiblyExecuted`. Default: `POST`. */
  readonly method?: HttpMethod | undefined;
  /** Secrets that the error must not show, such as the API key, in any spelling. Default: none. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * The error for an answer with a status other than 200. Its text comes from the router, unencrypted; it is limited in
 * length and stripped of control characters.
 *
 * @param now Unix time in ms, for a `Retry-After` that is a date
 */
export function errorOfResponse(
  { status, headers, body }: HttpResponse,
  { payloadId, method = 'POST', secrets = [] }: AnsweredRequest = {},
  now: number = Date.now(),
): APIError {
  const { error, meaning, run } = BY_STATUS[status] ?? OTHER;
  const redact = redactor(secrets);
  const detail = readDetail(body, redact);
  return new error(messageOf(status, meaning, detail), {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)])),
    errorDetails: detail.details,
    payloadId,
    retryAfter: parseRetryAfter(headers, now),
    possiblyExecuted: method !== 'GET' && mayHaveRun(run ?? usualRun(status), detail),
  });
}

/** The facts about an answer that is read by rules other than those of {@link errorOfResponse}. */
export interface StatusFacts extends Omit<APIErrorInfo, 'status' | 'retryAfter' | 'errorDetails'> {
  /** Default: the usual meaning of the status. */
  readonly meaning?: string | undefined;
  /** Content of the answer, without secrets. Default: none. */
  readonly detail?: RouterDetail | undefined;
}

/**
 * The error for a status whose meaning the caller may give.
 *
 * @param now Unix time in ms, for a `Retry-After` that is a date
 */
export function errorOfStatus(status: number, facts: StatusFacts, now: number = Date.now()): APIError {
  const { error, meaning } = BY_STATUS[status] ?? OTHER;
  const { detail, meaning: known = meaning, ...info } = facts;
  const said = detail === undefined || detail.text === '' ? '' : `: ${detail.text}`;
  return new error(`the router answered ${String(status)} (${known})${said}`, {
    ...info,
    status,
    errorDetails: detail?.details,
    retryAfter: parseRetryAfter(facts.headers, now),
  });
}

/**
 * The error that the service sealed into an answer with status 200, in the service's words. The request was run, or at
 * least started.
 *
 * @param said the answer's member `error`: a text, or an object with a `message`
 */
export function errorOfAnswer(said: unknown, { payloadId, secrets = [] }: AnsweredRequest = {}): APIError {
  const { text, details } = detailOf(said, redactor(secrets));
  return new APIError(`the service answered with an error${text === '' ? '' : `: ${text}`}`, {
    status: 200,
    headers: {},
    errorDetails: details,
    payloadId,
    retryAfter: undefined,
    possiblyExecuted: true,
  });
}

const BY_ANOTHER = 'an HTML page, so a proxy or firewall on the way may have written it';

/** Below 500, the protocol's meaning of a status only applies to the router's own answers, not to an HTML page. */
function messageOf(status: number, meaning: string, { isHtml, text }: RouterDetail): string {
  const said = isHtml ? BY_ANOTHER : text;
  const what = isHtml && status < SERVER_ERRORS ? '' : ` (${meaning})`;
  return `the router answered ${String(status)}${what}${said === '' ? '' : `: ${said}`}`;
}

/** First status that means that the request was refused (RFC 9110 §15.5). */
const CLIENT_ERRORS = 400;

/** First status that means that a server failed (RFC 9110 §15.6). */
const SERVER_ERRORS = 500;

function usualRun(status: number): NonNullable<StatusEntry['run']> {
  return status >= CLIENT_ERRORS && status < SERVER_ERRORS ? 'refused' : 'ambiguous';
}

function mayHaveRun(run: NonNullable<StatusEntry['run']>, { isProtocol }: RouterDetail): boolean {
  return run === 'ambiguous' || (run === 'router' && !isProtocol);
}
