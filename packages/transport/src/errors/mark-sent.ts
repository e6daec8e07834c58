/** Errors that come after a request was sent, and not from its sending: what is in the answer, or the end of a client. */
import { markPossiblyExecuted } from '@nomyo/base';
import { APIConnectionError, APIError } from './errors.js';

/** Errors of the connection and of the router know by themselves whether the request may have been run. */
export function markSent(error: unknown): void {
  if (error instanceof APIConnectionError || error instanceof APIError) return;
  markPossiblyExecuted(error);
}

/**
 * Runs what is done with an answer.
 *
 * @throws what `task` throws, the same object, as `possiblyExecuted`
 */
export async function markFailuresAsSent<T>(task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    markSent(error);
    throw error;
  }
}
