/** How many calls run, how many wait, and that the next one is refused. No I/O. */

/** A place among those that run or wait. */
export interface Place {
  /**
   * Waits for the turn of this call.
   *
   * @throws the signal's reason, when its client goes away meanwhile
   */
  turn(signal: AbortSignal): Promise<void>;
  /** Gives the place back. Idempotent. */
  leave(): void;
}

interface Waiting {
  readonly start: () => void;
}

/** Lets calls in: so many at a time, in the order of their coming, and so many more that wait. */
export class Admission {
  readonly #maxConcurrent: number;
  readonly #maxQueue: number;
  readonly #queue = new Set<Waiting>();
  #entered = 0;
  #running = 0;
  readonly #whenEmpty: (() => void)[] = [];

  constructor(maxConcurrent: number, maxQueue: number) {
    this.#maxConcurrent = maxConcurrent;
    this.#maxQueue = maxQueue;
  }

  /** Calls that have a place and do not run: bodies that are still read count too, or slow ones would be free. */
  get waiting(): number {
    return this.#entered - this.#running;
  }

  get running(): number {
    return this.#running;
  }

  /** @returns a place, or `undefined`: all are taken */
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

  /** Resolves when nobody runs or waits any more. */
  empty(): Promise<void> {
    if (this.#entered === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#maxConcurrent) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.delete(waiting);
        const reason: unknown = signal.reason;
        reject(reason instanceof Error ? reason : new DOMException('the client went away', 'AbortError'));
      };
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', onAbort);
          this.#running += 1;
          resolve();
        },
      };
      this.#queue.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #leave(ran: boolean): void {
    this.#entered -= 1;
    if (ran) {
      this.#running -= 1;
      const [next] = this.#queue;
      if (next !== undefined) {
        this.#queue.delete(next);
        next.start();
      }
    }
    if (this.#entered > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
