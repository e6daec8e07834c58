/** The answers of the adapter, as the Fetch standard has them. */
import { environment } from '#env';
import type { Dialect } from '../dialects/dialect.js';
import type { Failure } from './failure.js';

const JSON_TYPE = 'application/json';
const MS_PER_SECOND = 1000;

/** @param body as text, or as what `JSON.parse` made */
export function jsonAnswer(body: string | object, payloadId?: string): Response {
  return environment.jsonResponse(body, {
    headers: { 'content-type': JSON_TYPE, ...requestId(payloadId) },
  });
}

export function failureAnswer(dialect: Dialect, failure: Failure): Response {
  const { status, retryAfter, isRetryable, payloadId } = failure;
  const headers = {
    'content-type': JSON_TYPE,
    ...requestId(payloadId),
    ...(isRetryable ? {} : { 'x-should-retry': 'false' }),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / MS_PER_SECOND)) }),
  };
  return new Response(JSON.stringify(dialect.errorBody(failure)), { status, headers });
}

/** Where OpenAI's and Anthropic's libraries look for what a support case must name. */
export function requestId(payloadId: string | undefined): Readonly<Record<string, string>> {
  return payloadId === undefined ? {} : { 'x-request-id': payloadId, 'request-id': payloadId };
}
