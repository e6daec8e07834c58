/** Turns a runtime's error of a failed connection into a typed error that says what to do. */
import { failureOf } from '#failures';
import { cleanText, NomyoError } from '@nomyo/base';
import type { Redact } from '../answer/redact.js';
import { APIConnectionError } from './errors.js';

/** The facts about a failed attempt. */
export interface FailedAttempt {
  /** Whether any part of a request other than a GET may have been sent. */
  readonly sent: boolean;
  /** The other side, as the message names it. Default: `the router`. */
  readonly peer?: string | undefined;
  /** Removes secrets from the messages of the runtime, or of the caller's `fetch`. Default: nothing is removed. */
  readonly redact?: Redact | undefined;
}

/** Converts an error to a typed one; an error of this SDK is returned unchanged. */
export function connectionError(error: unknown, attempt: FailedAttempt): NomyoError {
  if (error instanceof NomyoError) return error;
  const { sent, peer = 'the router', redact = (text: string): string => text } = attempt;
  const code = codeOf(error);
  const { advice, beforeSending = false, final = false } = failureOf(code);
  return new APIConnectionError(`the connection to ${peer} failed (${code ?? 'unknown reason'}): ${advice}`, {
    cause: summarize(error, redact),
    possiblyExecuted: sent && !beforeSending,
    retryable: !final,
  });
}

/** Most causes of causes that are followed. */
const MAX_DEPTH = 4;

/** The first code in a chain of causes: `fetch` hides the real error behind a `TypeError`. */
function codeOf(error: unknown, depth = MAX_DEPTH): string | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : codeOf(error.cause, depth - 1);
}

const CODE = /^[A-Z\d_]{1,60}$/;

/**
 * Copies name and message of an error and its causes. The error itself is not kept: libraries attach sockets, raw
 * packets and whole requests to theirs, including the API key.
 */
function summarize(error: unknown, redact: Redact, depth = MAX_DEPTH): Error | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const cause = summarize(error.cause, redact, depth - 1);
  const message = error.message === '' ? (codeOf(error) ?? '') : error.message;
  const text = cleanText(redact(`${error.name}: ${message}`.slice(0, MAX_TEXT)), 300);
  return new Error(text, cause === undefined ? {} : { cause });
}

/** Longest message that is searched for secrets, in characters. */
const MAX_TEXT = 16_384;

/** Reports whether a value has the shape of an error. `instanceof` would miss errors of another realm. */
export function isErrorLike(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message }: { name?: unknown; message?: unknown } = value;
  return typeof name === 'string' && typeof message === 'string';
}
