/** Abortable waits. */

/**
 * The part of `AbortSignal` that this SDK uses. In a call of 1 KB, creating a real signal and listening to it costs
 * more than the AES, so a {@link LightAbortController} takes its place wherever no foreign code is called.
 */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Waits for `promise`, or until `signal` is aborted. The work itself goes on; an aborted caller ignores
 * its outcome.
 *
 * @throws the signal's reason, or what the promise rejects with
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // A rejection that arrives after the wait has ended must not be reported as unhandled.
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
 * A lightweight `AbortController`: controller and signal in one plain object, for a single call and for this SDK's own
 * code only. Node's takes several times as long to create and to listen to, and stays in memory until the old
 * generation is collected.
 */
export class LightAbortController implements AbortSignalLike {
  #listeners: readonly (() => void)[] = [];
  #outcome: { readonly reason: unknown } | undefined;
  #real: AbortController | undefined;

  get signal(): this {
    return this;
  }

  get aborted(): boolean {
    return this.#outcome !== undefined;
  }

  get reason(): unknown {
    return this.#outcome?.reason;
  }

  throwIfAborted(): void {
    if (this.#outcome !== undefined) throw this.#outcome.reason;
  }

  /** Each listener is called at most once. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Only the first reason counts. */
  abort(reason: unknown): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = { reason };
    this.#real?.abort(reason);
    for (const listener of this.#listeners) if (this.#listeners.includes(listener)) listener();
  }

  /** A real signal that follows this one, for foreign code. Created on first use. */
  toAbortSignal(): AbortSignal {
    if (this.#real === undefined) {
      this.#real = new AbortController();
      if (this.#outcome !== undefined) this.#real.abort(this.#outcome.reason);
    }
    return this.#real.signal;
  }
}
