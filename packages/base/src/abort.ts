/** Abortable waits. */

/**
 * The part of an `AbortSignal` that this SDK uses. Making and listening to a whole one costs a call of 1 KB more than
 * its AES does, so a {@link LightAbortController} is enough wherever no foreign code is called.
 */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Waits for `promise`, or until `signal` is aborted. The work behind the promise goes on; an aborted caller ignores
 * its outcome.
 *
 * @throws the signal's reason, or what the promise rejects with
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // A rejection that nobody waits for any more must not be reported as unhandled.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  }).then(() => signal.throwIfAborted());
  try {
    await Promise.race([promise, aborted]);
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/**
 * Waits.
 *
 * @param delay in ms
 * @throws the signal's reason
 */
export async function sleep(delay: number, signal?: AbortSignalLike): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, delay))), signal);
  } finally {
    clearTimeout(timer);
  }
}
