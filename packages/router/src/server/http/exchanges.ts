import { protocolError } from '../protocol/port.js';

/** Counts the requests being answered. */
export class Exchanges {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws `busy` when all places are taken */
  check(): void {
    if (this.#count >= this.#limit) throw protocolError('busy');
  }

  /** Runs `answer` in a place. @throws `busy`, or what `answer` throws */
  async within<T>(answer: () => Promise<T>): Promise<T> {
    this.check();
    this.#count += 1;
    try {
      return await answer();
    } finally {
      this.#count -= 1;
    }
  }
}
