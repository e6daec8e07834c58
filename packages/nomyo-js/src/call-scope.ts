/** The calls under way of one client, so that `dispose()` ends them all. */
import { DisposedError, LightAbortController, type AbortSignalLike } from '@nomyo/base';

/** Ends one call: the caller's abort, or the client's end. */
export type CallSignal = LightAbortController;

/** Gives each call a signal that follows the caller's own and the client's end. */
export class CallScope {
  readonly #calls = new Set<LightAbortController>();
  readonly #followers = new Map<AbortSignalLike, Followers>();
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
  async run<T>(
    callerSignal: AbortSignalLike | undefined,
    task: (signal: CallSignal) => Promise<T>,
  ): Promise<T> {
    this.check();
    callerSignal?.throwIfAborted();
    const call = new LightAbortController();
    const unfollow = this.#follow(callerSignal, call);
    this.#calls.add(call);
    try {
      return await task(call);
    } finally {
      this.#calls.delete(call);
      unfollow();
    }
  }

  /** Ends every call with a {@link DisposedError} and refuses new ones. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    for (const call of this.#calls) call.abort(new DisposedError(this.#owner));
    this.#calls.clear();
  }

  /** One listener on a signal, however many calls share it: Node warns of a leak when there are more than ten. */
  #follow(signal: AbortSignalLike | undefined, call: LightAbortController): () => void {
    if (signal === undefined) return () => undefined;
    const followers = this.#followers.get(signal) ?? new Followers(signal);
    this.#followers.set(signal, followers);
    followers.calls.add(call);
    return () => {
      followers.calls.delete(call);
      if (followers.calls.size > 0) return;
      followers.end();
      this.#followers.delete(signal);
    };
  }
}

/** The calls that end with one signal. */
class Followers {
  readonly calls = new Set<LightAbortController>();
  readonly #signal: AbortSignalLike;

  constructor(signal: AbortSignalLike) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  end(): void {
    this.#signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    for (const call of this.calls) call.abort(this.#signal.reason);
  };
}
