/** The two clocks that lifetimes are measured with. */

/** One moment on both clocks. */
export interface Moment {
  /** Unix time in ms. It can jump in both directions. */
  readonly wall: number;
  /** Ms since some fixed moment of this process. It never goes back, and may stand still while the machine sleeps. */
  readonly monotonic: number;
}

/** This moment. */
export function currentMoment(): Moment {
  return { wall: Date.now(), monotonic: performance.now() };
}
