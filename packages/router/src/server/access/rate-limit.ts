/** Requests per minute for each API key, as a token bucket: it has no window edges. */

/** The bucket of one key. */
interface Bucket {
  /** Requests left, as a fraction. */
  left: number;
  /** When `left` was true; Unix ms. */
  at: number;
}

const MINUTE_MS = 60_000;

/** Most buckets kept: more than any key file holds. */
const MAX_BUCKETS = 100_000;

/** One bucket for each API key that was seen lately. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes one request out of the bucket of `id`.
   *
   * @param now Unix ms
   * @returns 0 when the request may proceed, otherwise whole seconds to wait
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
