import { protocolError } from '../protocol/port.js';

/** Requests that are being answered, counted. */
export class Exchanges {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws `busy` when there is no place; none is taken */
  check(): void {
    if (this.#count >= this.#limit) throw protocolError('busy');
  }

  /**
   * Takes a place.
   *
   * @returns gives it back; once, however often it is called
   * @throws `busy`
   */
  enter(): () => void {
    this.check();
    this.#count += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#count -= 1;
      isOver = true;
    };
  }
}
