/** Limits how many calls run and how many wait; any more are refused. No I/O. */
import { Line, type AbortSignalLike } from '@nomyo/base';

/** A place among the running and waiting calls. */
export interface Place {
  /**
   * Waits until this call may run.
   *
   * @throws the signal's reason if the client goes away first
   */
  turn(signal: AbortSignalLike): Promise<void>;
  /** Gives the place back. Idempotent. */
  leave(): void;
}

/** Admits calls in order of arrival: some run, some wait, the rest are turned away. */
export class Admission {
  readonly #maxConcurrent: number;
  readonly #maxQueue: number;
  readonly #queue = new Line<() => void>();
  #entered = 0;
  #running = 0;
  readonly #whenEmpty: (() => void)[] = [];

  constructor(maxConcurrent: number, maxQueue: number) {
    this.#maxConcurrent = maxConcurrent;
    this.#maxQueue = maxQueue;
  }

  /** Calls that hold a place but do not run. A body still being read counts, or slow ones would cost nothing. */
  get waiting(): number {
    return this.#entered - this.#running;
  }

  get running(): number {
    return this.#running;
  }

  /** @returns a place, or `undefined` when all are taken */
  enter(): Place | undefined {
    if (this.#entered >= this.#maxConcurrent + this.#maxQueue) return undefined;
    this.#entered += 1;
    let runs = false;
    let isGone = false;
    return {
      turn: async (signal) => {
        await this.#turn(signal);
        runs = true;
      },
      leave: () => {
        if (isGone) return;
        isGone = true;
        this.#leave(runs);
      },
    };
  }

  /** Resolves once no call runs or waits. */
  empty(): Promise<void> {
    if (this.#entered === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #turn(signal: AbortSignalLike): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#maxConcurrent) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        leave();
        reject(new DOMException('the client went away', 'AbortError'));
      };
      const leave = this.#queue.join(() => {
        signal.removeEventListener('abort', onAbort);
        this.#running += 1;
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #leave(ran: boolean): void {
    this.#entered -= 1;
    if (ran) {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
    if (this.#entered > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
