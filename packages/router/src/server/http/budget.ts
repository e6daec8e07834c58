/** Bounds the memory that all bodies take together, of requests or of answers. */
export class ByteBudget {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns `false` when there is no room; then nothing is taken */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#limit) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }

  /** The share of one body. */
  share(): Share {
    return new Share(this);
  }
}

/** Taken piece by piece, released as a whole. */
export class Share {
  readonly #budget: ByteBudget;
  #taken = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** @returns `false` when there is no room; then nothing is taken */
  take(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  /** Idempotent. */
  release(): void {
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }
}
