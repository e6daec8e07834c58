/** Waiting in line for a few equal resources. */
import type { AbortSignalLike } from './abort.js';

/** Leave to run one task, with the resource that goes with it. */
interface Permit<R> {
  readonly resource: R;
}

/**
 * A counting semaphore whose permits may each carry a resource. Callers that find no permit free are served in the
 * order in which they came.
 *
 * @example
 * ```ts
 * const sockets = Semaphore.of(64);
 * const answer = await sockets.run(() => send(request), signal);
 * ```
 */
export class Semaphore<R> {
  readonly #idle: Permit<R>[];
  readonly #waiters = new Set<(permit: Permit<R>) => void>();

  /** @param resources one per permit, each used by one task at a time */
  constructor(resources: readonly R[]) {
    this.#idle = resources.map((resource) => ({ resource }));
  }

  /** @param permits number of tasks that may run at once; a positive integer */
  static of(permits: number): Semaphore<undefined> {
    return new Semaphore(Array.from({ length: permits }, () => undefined));
  }

  /** Adds one more permit. */
  add(resource: R): void {
    this.#release({ resource });
  }

  /**
   * Runs `task` as soon as a permit is free, and gives the permit back when the task has settled. Once the task has
   * begun, the signal is the task's own concern.
   *
   * @throws the signal's reason if it is aborted before the task begins
   */
  async run<T>(task: (resource: R) => Promise<T>, signal?: AbortSignalLike): Promise<T> {
    signal?.throwIfAborted();
    const permit = this.#idle.pop() ?? (await this.#wait(signal));
    try {
      return await task(permit.resource);
    } finally {
      this.#release(permit);
    }
  }

  /** A waiter leaves the line the moment it is called or aborted, so that no permit is ever lost. */
  async #wait(signal: AbortSignalLike | undefined): Promise<Permit<R>> {
    let aborted = (): void => undefined;
    const permit = await new Promise<Permit<R> | undefined>((resolve) => {
      const waiter = (next: Permit<R>): void => {
        signal?.removeEventListener('abort', aborted);
        resolve(next);
      };
      aborted = (): void => {
        this.#waiters.delete(waiter);
        resolve(undefined);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiters.add(waiter);
    });
    if (permit !== undefined) return permit;
    signal?.throwIfAborted();
    throw new TypeError('a waiter left the line although nothing was aborted');
  }

  #release(permit: Permit<R>): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#idle.push(permit);
      return;
    }
    this.#waiters.delete(next);
    next(permit);
  }
}
