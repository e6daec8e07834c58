/** Defaults and limits, each in one place. */

/** What holds where an option was left out. */
export const DEFAULTS = { keyDir: 'client_keys', rotationIntervalMs: 86_400_000, keySize: 4096 } as const;

/** The most, or the least, that an option may be. */
export const LIMITS = {
  /** 366 days. */
  rotationIntervalMs: 31_622_400_000,
  /** 2^53 - 1. */
  requests: 9_007_199_254_740_991,
  /** Shortest password, in characters or bytes: of files that are written, and of files that others made. */
  passwordToWrite: 8,
  passwordToRead: 1,
} as const;

/**
 * Pairs that are held ready. Where they are used up by requests, one more than the next: a burst can use up two. Where
 * they grow old, none that would lie in memory for a whole interval.
 */
export const POOL_SIZE = { byRequests: 2, byAge: 1 } as const;

/** How long before the interval is over the next pair is made (in memory) or put in place (in files), in ms. */
export const MAX_LEAD_MS = 60_000;
