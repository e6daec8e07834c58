/** The end of one attempt. */
import type { AbortSignalLike } from './abort.js';

/** What ends an attempt before its answer. */
export interface Deadline {
  /** In ms. */
  readonly timeout: number;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** What the attempt fails with when the time is over; asked at that moment. */
  readonly expired: () => Error;
}

/** An `AbortController`, or less. */
interface Controller<S extends AbortSignalLike> {
  readonly signal: S;
  abort(reason: unknown): void;
}

/** Why a signal is aborted whose attempt has ended by itself; nobody is left to read it. */
const OVER = new Error('the attempt is over');

/**
 * Runs `task` with a signal that is aborted by the caller's signal, with its reason, or when the time is over. The
 * task settles soon after that; nobody waits for one that does not listen. When it has settled, the signal is aborted
 * in any case: a `fetch` holds its connection until the body was read, also where it gives no body to read or cancel
 * (a 204 that declares a length).
 *
 * @throws the caller's reason, or what `expired` gives
 */
export async function withDeadline<T>(
  deadline: Deadline,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await runUntil(deadline, controller, task);
  } finally {
    controller.abort(OVER);
  }
}

/** {@link withDeadline} for a task that needs no more than to listen, and is told nothing once it has settled. */
export function withLightDeadline<T>(
  deadline: Deadline,
  task: (signal: AbortSignalLike) => Promise<T>,
): Promise<T> {
  return runUntil(deadline, new LightController(), task);
}

async function runUntil<S extends AbortSignalLike, T>(
  { timeout, signal, expired }: Deadline,
  controller: Controller<S>,
  task: (signal: S) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const forward = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(expired()), timeout);
  signal?.addEventListener('abort', forward, { once: true });
  try {
    return await task(controller.signal);
  } catch (error) {
    // However the task puts it: who was aborted hears the reason, and nothing else.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  }
}

/**
 * Controller and signal in one, of plain objects. One of Node's own stays in memory, with all that listens to it, until
 * the old generation is collected, and takes several times as long to make.
 */
class LightController implements Controller<AbortSignalLike>, AbortSignalLike {
  readonly signal = this;
  #listeners: readonly (() => void)[] = [];
  #ended: { readonly reason: unknown } | undefined;

  throwIfAborted(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  abort(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    for (const listener of this.#listeners) listener();
  }
}
