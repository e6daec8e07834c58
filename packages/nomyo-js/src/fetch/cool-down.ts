/** Sends no calls while the router has asked callers to wait: libraries ignore a long `Retry-After`. Pure. */
import type { Failure } from './failure.js';

const COOLING: readonly number[] = [429, 503];

/** Node's timers can fire this early, in ms; a library that waited must not be turned away again. */
const TIMER_SLACK_MS = 2;

/** Longer than any library waits, in ms: retrying within this time would be useless. */
const PATIENCE_MS = 60_000;

/** Longest wait, in ms: an error or a forgery in `Retry-After` must not stop a client forever. */
const LONGEST_MS = 24 * 3_600_000;

/** Remembers until when the router has asked callers to wait. */
export class CoolDown {
  #failure: Failure | undefined;
  #until = 0;

  /**
   * Remembers a failure that says when to call again.
   *
   * @param now time of a monotonic clock, in ms
   * @returns the failure to report. After a long `Retry-After` it is not retryable, or some libraries would wait it out
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

  /** The remembered failure, with the time that is left; `undefined` when the router may be called. */
  current(now: number): Failure | undefined {
    const left = this.#until - now;
    if (this.#failure === undefined || left <= TIMER_SLACK_MS) return undefined;
    return { ...this.#failure, retryAfter: left, isRetryable: left <= PATIENCE_MS, payloadId: undefined };
  }
}
