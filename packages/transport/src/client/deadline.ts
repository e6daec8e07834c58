/** The deadline of one attempt. */
import { LightAbortController, type AbortSignalLike } from '@nomyo/base';

/** The events that end an attempt before its answer. */
export interface Deadline {
  /** Longest duration, in ms. */
  readonly timeout: number;
  /** The caller's signal. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
  /** Makes the error for when the time is over; called at that moment. */
  readonly expired: () => Error;
}

/** An `AbortController`, or a lighter substitute. */
interface Controller<S extends AbortSignalLike> {
  readonly signal: S;
  abort(reason: unknown): void;
}

/** The reason of a signal whose attempt has ended by itself; nobody reads it. */
const OVER = new Error('the attempt is over');

/**
 * Runs `task` with a signal that is aborted by the caller's signal, with its reason, or when the time is over. The task
 * is expected to settle soon after that. Once it has settled, the signal is aborted in any case: a `fetch` holds its
 * connection until the body has been read, even if it hands out no body to read or cancel (a 204 that declares a
 * length).
 *
 * @throws the caller's reason, or the error that `expired` makes
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

/** {@link withDeadline} with a light signal, which is not aborted once the task has settled. */
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
    // Whatever the task throws, an aborted caller gets the reason and nothing else.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    stopClock();
  }
}

/**
 * Aborts `controller` when the time is over or the caller aborts, unless the returned function was called before.
 *
 * @throws the caller's reason, if it has already aborted
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
