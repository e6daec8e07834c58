/**
 * The decision to try again, which is pure, and the loop that carries it out. Loaded with the first attempt that fails.
 */
import { markPossiblyExecuted, NomyoError, sleep as defaultSleep } from '@nomyo/base';
import { APIConnectionError, APIError } from '../errors/errors.js';
import type { RetryMode, RetryOptions } from './retry.js';

/** The facts on which a retry is decided. */
export interface RetryInput {
  readonly error: unknown;
  /** Number of attempts so far, including the failed one: 1 after the first. */
  readonly attempt: number;
  /** Most attempts after the first. */
  readonly maxRetries: number;
  readonly mode: RetryMode;
  /** Overrides `mode` and the class of the error. `undefined`: they decide. */
  readonly mayRetry?: boolean | undefined;
  /** Longest delay, in ms. If the server asks for more, there is no retry. Default: 60 000. */
  readonly maxRetryDelay?: number | undefined;
  /** A random number from 0 to 1, as from `Math.random`. */
  readonly random: number;
}

const DEFAULT_MAX_DELAY_MS = 60_000;
const FIRST_DELAY_MS = 1000;

/** Largest share taken off each delay at random, so that clients that failed together do not come back together. */
const JITTER = 0.25;

/**
 * The delay before the next attempt, in ms; `undefined`: there is none. 1 s, 2 s, 4 s …, minus up to a quarter, unless
 * the server names a time. If that is longer than `maxRetryDelay`, asking earlier would fail, and might prolong the
 * cool-down: the caller gets the error at once, with its `retryAfter`.
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

/** Statuses after which a later attempt can succeed (SPEC.md §8). */
const RETRIED_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

function isMendable(error: unknown): error is APIError | APIConnectionError {
  if (error instanceof APIConnectionError) return error.retryable;
  return error instanceof APIError && RETRIED_STATUSES.includes(error.status);
}

/**
 * Continues after the first attempt has failed.
 *
 * @param failure error of the first attempt
 * @throws as `withRetries`
 */
export async function repeat<T>(
  failure: unknown,
  attempt: (number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { maxRetries, mode = 'all', signal, maxRetryDelay, onRetry } = options;
  const { sleep = defaultSleep, random = Math.random } = options;
  let error = failure;
  let mayHaveRun = false;
  try {
    for (let number = 1; ; number += 1) {
      const mayRetry = mode === 'none' ? undefined : options.mayRetry?.(error);
      const state = { error, attempt: number, maxRetries, mode, mayRetry, maxRetryDelay };
      const delayMs = retryDelay({ ...state, random: random() });
      if (delayMs === undefined || signal?.aborted === true) throw error;
      mayHaveRun ||= error instanceof NomyoError && error.possiblyExecuted;
      const code = error instanceof NomyoError ? error.code : undefined;
      onRetry?.({ attempt: number, delayMs, code, error });
      await sleep(delayMs, signal);
      signal?.throwIfAborted();
      try {
        return await attempt(number + 1);
      } catch (next) {
        error = next;
      }
    }
  } catch (last) {
    if (mayHaveRun) markPossiblyExecuted(last);
    throw last;
  }
}
