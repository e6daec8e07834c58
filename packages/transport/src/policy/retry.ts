/** Repeats attempts. The code that decides about a failed one is loaded with the first failure. */
import type { AbortSignalLike, NomyoErrorCode } from '@nomyo/base';

/**
 * The failures that are retried. `all`: all that can be temporary, even if the request may have been run and billed.
 * `safe`: only those after which the request was certainly not run. `none`: none.
 */
export type RetryMode = 'all' | 'safe' | 'none';

/** An attempt failed, and another follows. */
export interface RetryInfo {
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** Time until the next attempt, in ms. */
  readonly delayMs: number;
  /** Code of the error; `undefined` for an error of another library. */
  readonly code: NomyoErrorCode | undefined;
  readonly error: unknown;
}

/** Options of {@link withRetries}. */
export interface RetryOptions {
  /** Most attempts after the first. */
  readonly maxRetries: number;
  /** Default: `all`. */
  readonly mode?: RetryMode | undefined;
  /** Ends the delays as well. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
  /** Longest delay, in ms. If the server asks for more, there is no retry. Default: 60 000. */
  readonly maxRetryDelay?: number | undefined;
  /**
   * Overrides the class of an error and `mode`, unless that is `none`; if it returns `undefined`, they decide. Default:
   * they decide.
   */
  readonly mayRetry?: ((error: unknown) => boolean | undefined) | undefined;
  /** Called before each delay. Default: none. */
  readonly onRetry?: ((info: RetryInfo) => void) | undefined;
  /** For tests. Default: a timer. */
  readonly sleep?: (delay: number, signal?: AbortSignalLike) => Promise<void>;
  /** For tests. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Runs `attempt`, with its number from 1, until it succeeds or must not be repeated. If the code that repeats it cannot
 * be loaded, it is not repeated.
 *
 * @throws the error of the last attempt, which is `possiblyExecuted` if that of any attempt was
 * @throws the signal's reason
 * @example
 * const answer = await withRetries(() => http.send(request()), { maxRetries: 2, signal });
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  options.signal?.throwIfAborted();
  try {
    return await attempt(1);
  } catch (error) {
    if (options.maxRetries === 0 || options.mode === 'none') throw error;
    const repeating = await import('./repeat.js').catch(() => undefined);
    if (repeating === undefined) throw error;
    return repeating.repeat(error, attempt, options);
  }
}
