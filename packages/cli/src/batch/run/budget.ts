/**
 * `--max-cost`: a line is sent only when the tokens that were spent, those that the lines under way may take at most,
 * and those of the line itself stay within the budget. Where a line does not say how long its answer may be, the
 * longest answer so far stands for it, and until there is one, such lines are sent one at a time. Pure.
 */
import type { TokenBound } from '../input/tokens.js';
import type { Usage } from '../journal/ledger.js';

/** Whether a line may be sent now. */
export type Admission = 'go' | 'wait' | 'stop';

/** Keeps account of tokens, spent and reserved. */
export class Budget {
  readonly #max: number;
  readonly #reserved = new Map<number, number>();
  #spent: number;
  #longestAnswer: number | undefined;

  /** @param max in tokens */
  constructor(max: number, { input, output }: Usage) {
    this.#max = max;
    this.#spent = input + output;
  }

  /** `wait`: once a line under way has ended, it may fit. */
  ask(index: number, { input, output }: TokenBound): Admission {
    const answer = output ?? this.#longestAnswer;
    const isAlone = this.#reserved.size === 0;
    if (answer === undefined && !isAlone) return 'wait';
    const cost = input + (answer ?? 0);
    const reserved = [...this.#reserved.values()].reduce((sum, tokens) => sum + tokens, 0);
    if (this.#spent + reserved + cost > this.#max) return isAlone ? 'stop' : 'wait';
    this.#reserved.set(index, cost);
    return 'go';
  }

  /** A line has ended. */
  settle(index: number, { input, output }: Usage): void {
    this.#reserved.delete(index);
    this.#spent += input + output;
    if (output > 0) this.#longestAnswer = Math.max(this.#longestAnswer ?? 0, output);
  }
}
