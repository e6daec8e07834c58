/** Keeps track of the calls under way, so that `close()` can wait for them. */
import { DisposedError } from '@nomyo/base';

/** Counts calls, and refuses new ones once it is closed. */
export class InFlight {
  readonly #owner: string;
  readonly #waiting: (() => void)[] = [];
  #count = 0;
  #isClosed = false;

  /** @param owner name for the error of a refused call */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** @throws {DisposedError} after {@link close} */
  check(): void {
    if (this.#isClosed) throw new DisposedError(this.#owner);
  }

  /** Begins a call. @returns a function that ends it; idempotent */
  enter(): () => void {
    this.#count += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count -= 1;
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Refuses new calls from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
