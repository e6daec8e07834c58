/** Defaults and limits, each in one place. */

/** Values of options that were left out; the size of a key is the suite's. */
export const DEFAULTS = { keyDir: 'client_keys', rotationIntervalMs: 86_400_000 } as const;

/** Largest or smallest values of options. */
export const LIMITS = {
  /** 366 days. */
  rotationIntervalMs: 31_622_400_000,
  /** 2^53 - 1. */
  requests: 9_007_199_254_740_991,
  /** Shortest password, in characters or bytes: for files this SDK writes, and for files made by other tools. */
  passwordToWrite: 8,
  passwordToRead: 1,
} as const;

/**
 * Number of pairs held ready. With a limit on requests, two, because a burst can use up more than one. With a limit on
 * age, one: another would lie in memory for a whole interval.
 */
export const POOL_SIZE = { byRequests: 2, byAge: 1 } as const;

/**
 * Longest time before the end of the interval at which the next pair is made (memory) or put in place (files), in ms.
 */
export const MAX_LEAD_MS = 60_000;
