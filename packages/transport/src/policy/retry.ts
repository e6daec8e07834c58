/** Whether to try again, and when: a pure decision, and the loop that carries it out. */
import {
  markPossiblyExecuted,
  NomyoError,
  sleep as defaultSleep,
  type AbortSignalLike,
  type NomyoErrorCode,
} from '@nomyo/base';
import { APIConnectionError, APIError } from '../errors/errors.js';

/**
 * `all`: whatever a later attempt can mend, though the first may have been run and billed. `safe`: only what was
 * certainly not run. `none`: nothing.
 */
export type RetryMode = 'all' | 'safe' | 'none';

/** What is known when an attempt has failed. */
export interface RetryInput {
  readonly error: unknown;
  /** Attempts so far, the failed one included: 1 after the first. */
  readonly attempt: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
  readonly mode: RetryMode;
  /** Overrules `mode` and the class of the error, where it is known better. `undefined`: they decide. */
  readonly mayRetry?: boolean | undefined;
  /** Longest delay, in ms. Where the server asks for more, there is no retry. Default: 60 000. */
  readonly maxRetryDelay?: number | undefined;
  /** From 0 to 1, as of `Math.random`. */
  readonly random: number;
}

/** In ms. */
const DEFAULT_MAX_DELAY_MS = 60_000;
const FIRST_DELAY_MS = 1000;

/** Up to this share is taken off each delay, so that clients that failed together do not come back together. */
const JITTER = 0.25;

/**
 * How long to wait before the next attempt, in ms; `undefined`: there is none. 1 s, 2 s, 4 s …, less up to a quarter,
 * unless the server names a time. A server that names a longer one than `maxRetryDelay` would only be asked too early,
 * and may prolong its cool-down for that: the caller gets the error, with its `retryAfter`, at once.
 */
export function retryDelay(input: RetryInput): number | undefined {
  const { error, attempt, maxRetries, mode, maxRetryDelay = DEFAULT_MAX_DELAY_MS, random } = input;
  if (attempt > maxRetries || !(input.mayRetry ?? isRetried(error, mode))) return undefined;
  const asked = error instanceof APIError ? error.retryAfter : undefined;
  if (asked !== undefined) return asked <= maxRetryDelay ? asked : undefined;
  const backOff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 - JITTER * random);
  return Math.min(backOff, maxRetryDelay);
}

function isRetried(error: unknown, mode: RetryMode): boolean {
  if (mode === 'none' || !isMendable(error)) return false;
  return mode === 'all' || !error.possiblyExecuted;
}

/** Statuses that a later attempt can turn into an answer (SPEC.md §8). */
const RETRIED_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

function isMendable(error: unknown): error is APIError | APIConnectionError {
  if (error instanceof APIConnectionError) return error.retryable;
  return error instanceof APIError && RETRIED_STATUSES.includes(error.status);
}

/** An attempt failed, and another follows. */
export interface RetryInfo {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** Until the next one, in ms. */
  readonly delayMs: number;
  /** Why. */
  readonly code: NomyoErrorCode | undefined;
  readonly error: unknown;
}

/** How attempts are repeated. */
export interface RetryOptions {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Default: `all`. */
  readonly mode?: RetryMode | undefined;
  /** Ends the back-off too. */
  readonly signal?: AbortSignalLike | undefined;
  /** Longest delay, in ms. Where the server asks for more, there is no retry. Default: 60 000. */
  readonly maxRetryDelay?: number | undefined;
  /** Overrules the class of an error and `mode`, unless that is `none`. `undefined`: they decide. */
  readonly mayRetry?: ((error: unknown) => boolean | undefined) | undefined;
  readonly onRetry?: ((info: RetryInfo) => void) | undefined;
  /** For tests. */
  readonly sleep?: (delay: number, signal?: AbortSignalLike) => Promise<void>;
  readonly random?: () => number;
}

/**
 * Runs `attempt`, with its number from 1, until it succeeds or must not be repeated.
 *
 * @throws the error of the last attempt, which is `possiblyExecuted` when that of any attempt was, or the signal's reason
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { maxRetries, mode = 'all', signal, maxRetryDelay, onRetry } = options;
  const { sleep = defaultSleep, random = Math.random } = options;
  let mayHaveRun = false;
  try {
    for (let number = 1; ; number += 1) {
      signal?.throwIfAborted();
      try {
        return await attempt(number);
      } catch (error) {
        const mayRetry = mode === 'none' ? undefined : options.mayRetry?.(error);
        const state = { error, attempt: number, maxRetries, mode, mayRetry, maxRetryDelay };
        const delayMs = retryDelay({ ...state, random: random() });
        if (delayMs === undefined || signal?.aborted === true) throw error;
        mayHaveRun ||= error instanceof NomyoError && error.possiblyExecuted;
        const code = error instanceof NomyoError ? error.code : undefined;
        onRetry?.({ attempt: number, delayMs, code, error });
        await sleep(delayMs, signal);
      }
    }
  } catch (error) {
    if (mayHaveRun) markPossiblyExecuted(error);
    throw error;
  }
}
