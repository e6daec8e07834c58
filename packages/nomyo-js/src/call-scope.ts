/** The calls under way of one client, so that `dispose()` ends them all. */
import { DisposedError } from '@nomyo/crypto/errors';

/** Gives each call a signal that follows the caller's own and the client's end. */
export class CallScope {
  readonly #calls = new Set<AbortController>();
  readonly #owner: string;
  #disposed = false;

  /** @param owner what a refused call names */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** @throws {DisposedError} after {@link dispose} */
  check(): void {
    if (this.#disposed) throw new DisposedError(this.#owner);
  }

  /**
   * Runs `task` with a signal of its own. Unlike `AbortSignal.any`, it leaves nothing behind on a signal that lives
   * longer than the call.
   *
   * @throws the caller's abort reason, or {@link DisposedError}
   */
  async run<T>(callerSignal: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check();
    callerSignal?.throwIfAborted();
    const call = new AbortController();
    const abort = (): void => call.abort(callerSignal?.reason);
    callerSignal?.addEventListener('abort', abort, { once: true });
    this.#calls.add(call);
    try {
      return await task(call.signal);
    } finally {
      this.#calls.delete(call);
      callerSignal?.removeEventListener('abort', abort);
    }
  }

  /** Ends every call with a {@link DisposedError} and refuses new ones. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    for (const call of this.#calls) call.abort(new DisposedError(this.#owner));
    this.#calls.clear();
  }
}
