/** From what a runtime says of a failed connection to a typed error that says what to do. */
import { failureOf } from '#failures';
import { cleanText, NomyoError } from '@nomyo/base';
import type { Redact } from '../answer/redact.js';
import { APIConnectionError } from './errors.js';

/** What is known of the attempt that failed. */
export interface FailedAttempt {
  /** Whether any of a request that can be run may have left. */
  readonly sent: boolean;
  /** What did not answer well. Default: `the router`. */
  readonly peer?: string | undefined;
  /** Takes secrets out of what the runtime, or a `fetch` of the caller's, says. */
  readonly redact?: Redact | undefined;
}

/** A typed error; one of this SDK stays as it is. */
export function connectionError(error: unknown, attempt: FailedAttempt): NomyoError {
  if (error instanceof NomyoError) return error;
  const { sent, peer = 'the router', redact = (text: string): string => text } = attempt;
  const code = codeOf(error);
  const { advice, beforeSending = false, final = false } = failureOf(code);
  return new APIConnectionError(
    `the connection to ${peer} failed (${code ?? 'no reason is known'}): ${advice}`,
    { cause: summarize(error, redact), possiblyExecuted: sent && !beforeSending, retryable: !final },
  );
}

/** Causes of causes are followed this far. */
const MAX_DEPTH = 4;

/** The first code in a chain of causes: `fetch` hides the real error behind a `TypeError`. */
function codeOf(error: unknown, depth = MAX_DEPTH): string | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : codeOf(error.cause, depth - 1);
}

const CODE = /^[A-Z\d_]{1,60}$/;

/**
 * Name and message of an error and its causes. The error itself is not kept: libraries hang sockets, raw packets and
 * whole requests, with the API key in them, on theirs.
 */
function summarize(error: unknown, redact: Redact, depth = MAX_DEPTH): Error | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const cause = summarize(error.cause, redact, depth - 1);
  const message = error.message === '' ? (codeOf(error) ?? '') : error.message;
  const text = cleanText(redact(`${error.name}: ${message}`.slice(0, MAX_TEXT)), 300);
  return new Error(text, cause === undefined ? {} : { cause });
}

/** Of a message, in characters. */
const MAX_TEXT = 16_384;

/** By shape: an error can come from another realm, where `instanceof` knows nothing of it. */
export function isErrorLike(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message }: { name?: unknown; message?: unknown } = value;
  return typeof name === 'string' && typeof message === 'string';
}
