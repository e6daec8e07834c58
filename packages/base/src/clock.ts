/** The two clocks that measure lifetimes. */

/** One moment, read on both clocks. */
export interface Moment {
  /** Unix time in ms. It can jump in both directions. */
  readonly wall: number;
  /** Ms since a fixed moment in the life of this process. It never goes back, but may stop while the machine sleeps. */
  readonly monotonic: number;
}

/** The current moment. */
export function currentMoment(): Moment {
  return { wall: Date.now(), monotonic: performance.now() };
}
