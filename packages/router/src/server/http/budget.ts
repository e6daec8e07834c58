/** How much memory bodies may take together: of requests, or of answers. */
export class ByteBudget {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns `false` when there is no room; nothing is taken then */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#limit) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }

  /** What one body takes of it. */
  share(): Share {
    return new Share(this);
  }
}

/** Taken piece by piece, and given back at once. */
export class Share {
  readonly #budget: ByteBudget;
  #taken = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** @returns `false` when there is no room; nothing is taken then */
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
