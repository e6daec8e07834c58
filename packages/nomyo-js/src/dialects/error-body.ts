/** The form of errors in each dialect. Loaded with the first error. */
import type { Dialect, FailureText, Members } from './dialect.js';

/** Types of Anthropic's errors whose name differs from that in OpenAI's API. */
const ERROR_TYPES: Readonly<Record<number, string>> = { 413: 'request_too_large', 503: 'overloaded_error' };

/** The body of an HTTP answer that reports a failure. */
export function errorBody({ errors }: Dialect, { status, type, message, code, param }: FailureText): Members {
  if (errors === 'openai') return { error: { message, type, code, param } };
  return { type: 'error', error: { type: ERROR_TYPES[status] ?? type, message, code } };
}
