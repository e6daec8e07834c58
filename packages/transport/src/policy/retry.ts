/** Attempts that are repeated. What decides about a failed one is loaded with the first that fails. */
import type { AbortSignalLike, NomyoErrorCode } from '@nomyo/base';

/**
 * `all`: whatever a later attempt can mend, though the first may have been run and billed. `safe`: only what was
 * certainly not run. `none`: nothing.
 */
export type RetryMode = 'all' | 'safe' | 'none';

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
 * Runs `attempt`, with its number from 1, until it succeeds or must not be repeated. Where the code that repeats it cannot
 * be loaded, it is not.
 *
 * @throws the error of the last attempt, which is `possiblyExecuted` when that of any attempt was, or the signal's reason
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
