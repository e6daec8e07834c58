/** Bursts of calls in small portions, so that the event loop is never theirs alone. */

/** Calls that begin in one turn of the event loop; each has some tenths of a millisecond of work on the main thread. */
const CALLS_PER_TURN = 8;

/** Lets a few callers through at once, and the others in the next turns of the event loop, in their order. */
export class Turns {
  readonly #nextTurn: (run: () => void) => void;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /** @param nextTurn runs something in the next turn of the event loop */
  constructor(nextTurn: (run: () => void) => void) {
    this.#nextTurn = nextTurn;
  }

  /** Resolves when the caller may begin; `undefined`: at once. */
  take(): Promise<void> | undefined {
    if (this.#taken === 0) this.#nextTurn(this.#renew);
    if (this.#taken < CALLS_PER_TURN) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  readonly #renew = (): void => {
    const next = this.#waiting.splice(0, CALLS_PER_TURN);
    this.#taken = next.length;
    if (next.length > 0) this.#nextTurn(this.#renew);
    for (const begin of next) begin();
  };
}
