/** Marks errors that occur after a request was sent, such as those from reading its answer. */
import { markPossiblyExecuted } from '@nomyo/base';
import { APIConnectionError, APIError } from './errors.js';

/**
 * Marks an error as `possiblyExecuted`, except errors of the connection and of the router, which already tell whether
 * the request may have been run.
 */
export function markSent(error: unknown): void {
  if (error instanceof APIConnectionError || error instanceof APIError) return;
  markPossiblyExecuted(error);
}

/**
 * Runs a task that works on an answer.
 *
 * @throws the error of `task`, the same object, marked by {@link markSent}
 */
export async function markFailuresAsSent<T>(task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    markSent(error);
    throw error;
  }
}
