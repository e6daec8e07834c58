/** From an answer to an error: what each status means (SPEC.md §8), in one table. */
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
   * Whether the request may have been run. `refused`: certainly not. `ambiguous`: it may, since a gateway or the
   * router itself says this also after the request went through. `router`: not if the router says so in the words of
   * the protocol; a gateway may say the same afterwards. Default: `refused` from 400 to 499, else `ambiguous`.
   */
  readonly run?: 'refused' | 'ambiguous' | 'router';
}

const BY_STATUS: Readonly<Record<number, StatusEntry>> = {
  400: { error: InvalidRequestError, meaning: 'the request is wrong, or could not be decrypted' },
  401: { error: AuthenticationError, meaning: 'the API key is missing or wrong' },
  403: { error: ForbiddenError, meaning: 'the model is not allowed for the security tier' },
  404: { error: APIError, meaning: 'secure inference is not enabled, or the base URL is wrong' },
  408: { error: APIError, meaning: 'a gateway gave up waiting', run: 'ambiguous' },
  429: { error: RateLimitError, meaning: 'over the rate limit' },
  499: { error: APIError, meaning: 'a gateway gave up the request', run: 'ambiguous' },
  500: { error: ServerError, meaning: 'the router failed' },
  502: { error: APIError, meaning: 'a gateway got no good answer from the router' },
  503: {
    error: ServiceUnavailableError,
    meaning: 'the backend is away, or the API key is cooling down',
    run: 'router',
  },
  504: { error: APIError, meaning: 'a gateway got no answer from the router in time' },
};

const OTHER: StatusEntry = { error: APIError, meaning: 'an unexpected status' };

/** What is known of the request that an answer belongs to. */
export interface AnsweredRequest {
  /** To be named in a support case. */
  readonly payloadId?: string | undefined;
  /** A GET runs nothing, so its failure is never `possiblyExecuted`. Default: `POST`. */
  readonly method?: HttpMethod | undefined;
  /** What the error must not show, such as the API key, in whatever spelling the answer repeats it. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * The error that an answer other than 200 stands for. Its text comes from the router, unencrypted; it is cut to a
 * length and has no control characters.
 *
 * @param now in ms since the epoch, for a `Retry-After` that is a date
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

/** What is known of an answer that is read by other rules than those of {@link errorOfResponse}. */
export interface StatusFacts extends Omit<APIErrorInfo, 'status' | 'retryAfter' | 'errorDetails'> {
  /** Default: what the status means. */
  readonly meaning?: string | undefined;
  /** What it says, with its secrets taken out. Default: nothing. */
  readonly detail?: RouterDetail | undefined;
}

/**
 * The error that a status stands for, with a meaning of its own.
 *
 * @param now in ms since the epoch, for a `Retry-After` that is a date
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
 * The error that the service sealed into an answer with status 200, in its words. The request was run, or tried.
 *
 * @param said the member `error` of the answer: a text, or an object with a `message`
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

/** The protocol says what a status means; below 500 that holds only for the router's own answers. */
function messageOf(status: number, meaning: string, { isHtml, text }: RouterDetail): string {
  const said = isHtml ? BY_ANOTHER : text;
  const what = isHtml && status < SERVER_ERRORS ? '' : ` (${meaning})`;
  return `the router answered ${String(status)}${what}${said === '' ? '' : `: ${said}`}`;
}

/** From here on, a request was refused (RFC 9110 §15.5). */
const CLIENT_ERRORS = 400;

/** From here on, a server failed (RFC 9110 §15.6). */
const SERVER_ERRORS = 500;

function usualRun(status: number): NonNullable<StatusEntry['run']> {
  return status >= CLIENT_ERRORS && status < SERVER_ERRORS ? 'refused' : 'ambiguous';
}

function mayHaveRun(run: NonNullable<StatusEntry['run']>, { isProtocol }: RouterDetail): boolean {
  return run === 'ambiguous' || (run === 'router' && !isProtocol);
}
