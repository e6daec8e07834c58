import { abortable, type AbortSignalLike } from './abort.js';

/** Lets a number of tasks run at a time; others wait in line. */
export class Gate {
  #free: number;
  readonly #line = new Set<() => void>();

  /** @param places a positive integer */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Runs `task` when its turn has come.
   *
   * @throws the signal's reason when it is aborted before that
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignalLike): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  async #turn(signal?: AbortSignalLike): Promise<void> {
    let turn = (): void => undefined;
    const called = new Promise<void>((resolve) => (turn = resolve));
    this.#line.add(turn);
    try {
      await abortable(called, signal);
    } catch (reason) {
      // Called and aborted in one moment: the place is passed on.
      if (!this.#line.delete(turn)) this.#leave();
      throw reason;
    }
  }

  #leave(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#line.delete(next);
    next();
  }
}
