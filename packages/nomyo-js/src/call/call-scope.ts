/** Keeps track of a client's calls under way, so that `dispose()` can end them and `close()` can wait for them. */
import { abortable, DisposedError, LightAbortController, type AbortSignalLike } from '@nomyo/base';

/** The signal of one call, aborted by the caller's signal, or when the client is disposed of. */
export type CallSignal = LightAbortController;

/** One call, from its beginning to its end. */
export interface ScopedCall {
  readonly signal: CallSignal;
  /** Marks the call as over. Idempotent. */
  leave(): void;
  /** Calls `end` when the client is disposed of, even after {@link leave}. @returns a function that cancels this */
  onDispose(end: () => void): () => void;
}

/** Gives each call a signal that follows the caller's own signal and the end of the client. */
export class CallScope {
  readonly #calls = new Set<LightAbortController>();
  readonly #endings = new Set<() => void>();
  readonly #followers = new Map<AbortSignalLike, Followers>();
  readonly #owner: string;
  #state: 'open' | 'closing' | 'disposed' = 'open';
  #lastCallLeft: (() => void) | undefined;

  /** @param owner name of the client's class, for the error of a refused call */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** @throws {DisposedError} after {@link close} or {@link dispose} */
  check(): void {
    if (this.#state !== 'open') throw new DisposedError(this.#owner);
  }

  /**
   * Begins a call with a signal of its own. Unlike `AbortSignal.any`, it leaves nothing behind on a signal that
   * outlives the call.
   *
   * @throws the caller's abort reason, or {@link DisposedError}
   */
  enter(callerSignal: AbortSignalLike | undefined): ScopedCall {
    this.check();
    if (callerSignal?.aborted === true) throw reasonOf(callerSignal);
    const signal = new LightAbortController();
    const unfollow = callerSignal === undefined ? undefined : this.#follow(callerSignal, signal);
    this.#calls.add(signal);
    return {
      signal,
      leave: () => {
        if (!this.#calls.delete(signal)) return;
        unfollow?.();
        if (this.#calls.size === 0) this.#lastCallLeft?.();
      },
      onDispose: (end) => {
        this.#endings.add(end);
        return () => this.#endings.delete(end);
      },
    };
  }

  /**
   * Runs `task` as a call. Once aborted, it does not wait for a task that ignores its signal.
   *
   * @throws as {@link enter} does, or the error of `task`
   */
  async run<T>(
    callerSignal: AbortSignalLike | undefined,
    task: (signal: CallSignal) => Promise<T>,
  ): Promise<T> {
    const call = this.enter(callerSignal);
    try {
      return await abortable(task(call.signal), call.signal);
    } finally {
      call.leave();
    }
  }

  /**
   * Refuses new calls and waits until those under way have ended.
   *
   * @param timeout longest wait, in ms; `undefined`: no limit
   */
  async close(timeout: number | undefined): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    if (this.#calls.size === 0) return;
    const previous = this.#lastCallLeft;
    const idle = new Promise<void>((resolve) => {
      this.#lastCallLeft = () => {
        previous?.();
        resolve();
      };
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      if (timeout !== undefined) timer = setTimeout(resolve, timeout);
    });
    await Promise.race([idle, late]);
    clearTimeout(timer);
  }

  /** Ends every call with a {@link DisposedError} and refuses new ones. Idempotent. */
  dispose(): void {
    this.#state = 'disposed';
    for (const call of this.#calls) call.abort(new DisposedError(this.#owner));
    this.#calls.clear();
    for (const end of [...this.#endings]) end();
    this.#endings.clear();
    this.#lastCallLeft?.();
  }

  /** Adds only one listener to a signal, however many calls share it: Node warns of a leak at more than ten. */
  #follow(signal: AbortSignalLike, call: LightAbortController): () => void {
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

/** The calls that share one signal. */
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
    for (const call of this.calls) call.abort(reasonOf(this.#signal));
  };
}

/** Signals of older libraries have no reason. */
function reasonOf(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}
