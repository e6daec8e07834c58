/** A line in front of each budget: first come, first served. An aborted caller leaves it. */
import { Semaphore, sleep, type AbortSignalLike } from '@nomyo/base';

/** The requests that an account has left. `Terms` is data that each caller passes, such as a limit of its own. */
export interface Budget<Terms> {
  /** Takes one request and returns 0, or takes none and returns the time after which to ask again, in ms. */
  take(terms: Terms, signal?: AbortSignalLike): number | Promise<number>;
  /** Whether it is full, and can be forgotten like a new one. */
  readonly isFull: boolean;
}

interface Account<Terms> {
  readonly budget: Budget<Terms>;
  readonly line: Semaphore<undefined>;
  /** Number of callers in the line, including the one at its head. */
  callers: number;
}

/** Paces the calls of accounts, each within its budget. */
export class Pacer<Terms> {
  readonly #open: (account: string) => Budget<Terms>;
  readonly #accounts = new Map<string, Account<Terms>>();

  /** @param open opens the budget of an account that is not remembered */
  constructor(open: (account: string) => Budget<Terms>) {
    this.#open = open;
  }

  /** Number of accounts that are remembered. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * Waits until one request may be sent. An aborted call takes nothing.
   *
   * @throws the signal's reason, or the error of the budget
   */
  async acquire(name: string, terms: Terms, signal?: AbortSignalLike): Promise<void> {
    const account = this.#account(name);
    account.callers += 1;
    try {
      await account.line.run(() => taken(account.budget, terms, signal), signal);
    } finally {
      account.callers -= 1;
    }
  }

  #account(name: string): Account<Terms> {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    for (const [other, { callers, budget }] of this.#accounts) {
      if (callers === 0 && budget.isFull) this.#accounts.delete(other);
    }
    const account = { budget: this.#open(name), line: Semaphore.of(1), callers: 0 };
    this.#accounts.set(name, account);
    return account;
  }
}

async function taken<Terms>(budget: Budget<Terms>, terms: Terms, signal?: AbortSignalLike): Promise<void> {
  for (;;) {
    const wait = await budget.take(terms, signal);
    if (wait <= 0) return;
    await sleep(wait, signal);
  }
}
