/** Waiting, with an ear for a signal. */

/** The part of an `AbortSignal` that is used here; see {@link LightAbortController}. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * What `promise` gives, or the signal's reason as soon as it is aborted; the promise itself goes on.
 *
 * @throws the signal's reason
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // Who gives up does not hear how it ended.
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
