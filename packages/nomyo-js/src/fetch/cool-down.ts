/** While a router asks to be left alone, it is. Libraries ignore a long `Retry-After` and come back at once. Pure. */
import type { Failure } from './failure.js';

const COOLING: readonly number[] = [429, 503];

/** Node's timers can fire this much early, in ms; a library that kept the time must not be sent away again. */
const TIMER_SLACK_MS = 2;

/** Longer than any library waits, in ms: asking again within it is in vain. */
const PATIENCE_MS = 60_000;

/** The longest wait, in ms: a mistake or a forgery in `Retry-After` must not stop a client for good. */
const LONGEST_MS = 24 * 3_600_000;

/** Remembers until when the router wants to be left alone. */
export class CoolDown {
  #failure: Failure | undefined;
  #until = 0;

  /**
   * Remembers a failure that says when to come back.
   *
   * @param now in ms, of a clock that only goes forward
   * @returns the failure to tell: one that lasts is not worth a second try, and some libraries would wait it out
   */
  note(failure: Failure, now: number): Failure {
    const { status, retryAfter } = failure;
    if (retryAfter === undefined || !COOLING.includes(status)) return failure;
    const until = now + Math.min(retryAfter, LONGEST_MS);
    if (until > this.#until) {
      this.#until = until;
      this.#failure = failure;
    }
    return { ...failure, isRetryable: failure.isRetryable && retryAfter <= PATIENCE_MS };
  }

  /** The same failure with the time that is left; `undefined` when the router may be asked. */
  current(now: number): Failure | undefined {
    const left = this.#until - now;
    if (this.#failure === undefined || left <= TIMER_SLACK_MS) return undefined;
    return { ...this.#failure, retryAfter: left, isRetryable: left <= PATIENCE_MS, payloadId: undefined };
  }
}
