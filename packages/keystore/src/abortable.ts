import type { AbortSignalLike } from '@nomyo/crypto';

/**
 * Waits for `promise`, but not longer than `signal` allows; the work behind the promise goes on.
 *
 * @throws the signal's reason, or what the promise is rejected with
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // Who gives up does not hear how it ended.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let wake = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    wake = resolve;
    signal.addEventListener('abort', wake, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
    signal.throwIfAborted();
    return await promise;
  } finally {
    signal.removeEventListener('abort', wake);
  }
}
