/** Requests in a minute for each API key: a bucket that fills evenly, so that there is no edge of a window to wait for. */

/** What is left of one key's minute. */
interface Bucket {
  /** Requests that may still come; not whole. */
  left: number;
  /** When `left` was true; Unix ms. */
  at: number;
}

const MINUTE_MS = 60_000;

/** Keys that are remembered: more than any file of keys has, and a bound all the same. */
const MAX_BUCKETS = 100_000;

export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes one request out of the bucket of `id`.
   *
   * @param now Unix ms
   * @returns 0 when it may go on, else the whole seconds to wait
   */
  take(id: string, perMinute: number, now: number): number {
    const before = this.#buckets.get(id) ?? { left: perMinute, at: now };
    const refilled = Math.min(perMinute, before.left + ((now - before.at) * perMinute) / MINUTE_MS);
    const isOver = refilled < 1;
    this.#remember(id, { left: isOver ? refilled : refilled - 1, at: now });
    return isOver ? Math.max(1, Math.ceil(((1 - refilled) * MINUTE_MS) / perMinute / 1_000)) : 0;
  }

  #remember(id: string, bucket: Bucket): void {
    this.#buckets.delete(id);
    this.#buckets.set(id, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_BUCKETS && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
