/** The end of one attempt. */
import { LightAbortController, type AbortSignalLike } from '@nomyo/base';

/** What ends an attempt before its answer. */
export interface Deadline {
  /** In ms. */
  readonly timeout: number;
  /** The caller's. */
  readonly signal?: AbortSignalLike | undefined;
  /** What the attempt fails with when the time is over; asked at that moment. */
  readonly expired: () => Error;
}

/** An `AbortController`, or less. */
interface Controller<S extends AbortSignalLike> {
  readonly signal: S;
  abort(reason: unknown): void;
}

/** Why a signal is aborted whose attempt has ended by itself; no one is left to read it. */
const OVER = new Error('the attempt is over');

/**
 * Runs `task` with a signal that is aborted by the caller's signal, with its reason, or when the time is over. The
 * task settles soon after that; one that does not listen is not waited for. When it has settled, the signal is aborted
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
  return runUntil(deadline, new LightAbortController(), task);
}

async function runUntil<S extends AbortSignalLike, T>(
  deadline: Deadline,
  controller: Controller<S>,
  task: (signal: S) => Promise<T>,
): Promise<T> {
  const stopClock = startDeadline(deadline, controller);
  try {
    return await task(controller.signal);
  } catch (error) {
    // However the task puts it: who was aborted hears the reason, and nothing else.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    stopClock();
  }
}

/**
 * Aborts `controller` when the deadline is over or the caller aborts, until the returned function is called.
 *
 * @throws the caller's reason, when it has aborted already
 */
export function startDeadline(
  { timeout, signal, expired }: Deadline,
  controller: Pick<Controller<AbortSignalLike>, 'abort'>,
): () => void {
  signal?.throwIfAborted();
  const forward = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(expired()), timeout);
  signal?.addEventListener('abort', forward, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  };
}
