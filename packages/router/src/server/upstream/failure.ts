/** Maps upstream failures to answers. They are sealed, so the upstream's message may be forwarded. */
import type { Answer } from '../exchange/answer.js';
import { errorAnswer } from '../exchange/answer.js';
import { isObject } from '../json/values.js';

/** How an upstream failed without an answer. */
export type UpstreamFailure =
  'unreachable' | 'broken' | 'timeout' | 'compressed' | 'too_large' | 'no_room' | 'gone';

/**
 * 503 means that nothing ran and a client may retry; 502 and 504 mean that something may have run.
 */
const FAILURES = {
  unreachable: {
    status: 503,
    code: 'upstream_unreachable',
    message: 'the inference server cannot be reached',
  },
  broken: { status: 502, code: 'upstream_broken', message: 'the inference server broke off' },
  timeout: { status: 504, code: 'upstream_timeout', message: 'the inference server took too long' },
  compressed: {
    status: 502,
    code: 'upstream_error',
    message: 'the inference server compressed its answer, unasked',
  },
  too_large: {
    status: 502,
    code: 'upstream_too_large',
    message: 'the answer of the inference server is too large',
  },
  no_room: {
    status: 502,
    code: 'router_full',
    message: 'the router has no room for the answer of the inference server',
  },
  gone: { status: 502, code: 'cancelled', message: 'the client went away' },
} as const satisfies Readonly<Record<UpstreamFailure, { status: number; code: string; message: string }>>;

/** `Retry-After` for an unreachable upstream, in seconds. */
const AWAY_RETRY_SECONDS = 2;

/** The answer that a client gets for a failure. */
export function failureAnswer(failure: UpstreamFailure): Answer {
  const { status, code, message } = FAILURES[failure];
  return errorAnswer(status, code, message, failure === 'unreachable' ? AWAY_RETRY_SECONDS : undefined);
}

/** Thrown by the client of the upstream. */
export class UpstreamError extends Error {
  override readonly name: string = 'UpstreamError';
  readonly failure: UpstreamFailure;

  constructor(failure: UpstreamFailure) {
    super(FAILURES[failure].message);
    this.failure = failure;
  }
}

/**
 * | upstream | client |
 * |---|---|
 * | 400, 404, 409, 413, 422 and any other 4xx | 400, or 404 for 404: its words, when it is an error object |
 * | 401, 403, 407 | 500: the router's own credentials are wrong, not the client's |
 * | 429 | 429, with its Retry-After |
 * | 504 | 504 |
 * | anything else | 502: the request has left the router, and may have run |
 */
export function statusAnswer(status: number, retryAfter: number | undefined, body: Uint8Array): Answer {
  if ([401, 403, 407].includes(status)) {
    return errorAnswer(500, 'upstream_credentials', 'the inference server refuses the router');
  }
  if (status === 429) {
    return errorAnswer(429, 'upstream_rate_limit', 'the inference server is busy', retryAfter);
  }
  if (status === 504) return errorAnswer(504, 'upstream_timeout', 'the inference server took too long');
  if (status < 400 || status >= 500) {
    return errorAnswer(502, 'upstream_error', `the inference server answered ${String(status)}`);
  }
  const said = messageIn(body) ?? `the inference server refused the request (${String(status)})`;
  return status === 404 ? errorAnswer(404, 'not_found', said) : errorAnswer(400, 'invalid_request', said);
}

/** `{"error":{"message":…}}`, as OpenAI-compatible servers write it, or `{"error":…}`, `{"message":…}`, `{"detail":…}`. */
function messageIn(body: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (!isObject(value)) return undefined;
    const error = isObject(value['error']) ? value['error']['message'] : value['error'];
    const said = [error, value['message'], value['detail']].find((text) => typeof text === 'string');
    return typeof said === 'string' && said !== '' ? said : undefined;
  } catch {
    return undefined;
  }
}
