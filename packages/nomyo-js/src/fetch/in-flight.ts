/** The calls under way, so that one can wait for them. */
import { DisposedError } from '@nomyo/base';

/** Counts calls, and refuses new ones once it is closed. */
export class InFlight {
  readonly #owner: string;
  readonly #waiting: (() => void)[] = [];
  #count = 0;
  #isClosed = false;

  /** @param owner what a refused call names */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** @throws {DisposedError} after {@link close} */
  check(): void {
    if (this.#isClosed) throw new DisposedError(this.#owner);
  }

  /** @returns what ends the call; more than once is once */
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

  /** No new calls from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** When no call is under way. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
