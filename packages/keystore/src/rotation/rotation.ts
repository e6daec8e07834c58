/** Decides when a key pair is replaced: pure functions of the pair, the policy and the time. */
import type { Moment } from '@nomyo/base';

/** The age of a pair in use. */
export interface TakenPair {
  /** Unix time in ms at which the pair was made, by the clock at that time. */
  readonly createdAt: number;
  /** The moment at which this process began to use it. */
  readonly taken: Moment;
}

/** A pair in use. */
export interface PairInUse extends TakenPair {
  /** Number of requests that this process has sent with it. */
  readonly served: number;
}

/** Limits on the use of a pair. The leads have the next pair ready before it is needed. */
export interface RotationPolicy {
  /** Age in ms at which a pair is replaced; 0: never. */
  readonly intervalMs: number;
  /** Number of requests that one pair serves, or `Infinity`. */
  readonly maxRequests: number;
  /** Time before the end of the interval at which the pair is replaced, in ms. */
  readonly rotateLeadMs: number;
  /** Time before that at which the next pair is made, in ms. */
  readonly prepareLeadMs: number;
}

/** Failed attempts since the last success. */
export interface Failures {
  readonly count: number;
  /** Monotonic time of the last failure, in ms. */
  readonly lastAt: number;
}

/** The action to take now. */
export interface RotationDecision {
  /** `prepare`: make the next pair; `rotate`: use another pair. */
  readonly action: 'keep' | 'prepare' | 'rotate';
  /** Whether the pair has served all the requests it may. */
  readonly exhausted: boolean;
  /** Time until the next check if nothing else happens, in ms; `undefined`: time alone changes nothing. */
  readonly lookAgainInMs: number | undefined;
}

/** Delays between attempts, in ms; doubled after each failure. */
const BACKOFF = { firstMs: 30_000, maxMs: 3_600_000, minMs: 1_000 } as const;

/** Longest time between checks, in ms: the clock of timers may stop while the machine sleeps. */
const MAX_SLEEP_MS = 3_600_000;

/** The state before the first failure, and after each success. */
export const NO_FAILURES: Failures = { count: 0, lastAt: 0 };

/**
 * The age of a pair in ms, never negative. A pair from the future (the clock has been set back since) counts from the
 * moment this process began to use it. A clock that is set forward can make a pair old, but the next one is made at the
 * new time and is young. So no change of the clock leads to more than one rotation.
 */
export function ageOf({ createdAt, taken }: TakenPair, now: Moment): number {
  const bornAt = Math.min(createdAt, taken.wall);
  const lived = taken.wall - bornAt + (now.monotonic - taken.monotonic);
  return Math.max(0, lived, now.wall - bornAt);
}

/** Thresholds below which there is nothing to do for a pair: two times and a number of requests. */
export interface Calm extends Moment {
  /** Number of requests served. */
  readonly served: number;
}

/** The thresholds up to which {@link decideRotation} says `keep` as long as nothing fails. */
export function calmOf({ createdAt, taken }: TakenPair, policy: RotationPolicy): Calm {
  const { intervalMs, rotateLeadMs, prepareLeadMs } = policy;
  const calmMs = intervalMs === 0 ? Infinity : intervalMs - rotateLeadMs - prepareLeadMs;
  const wall = Math.min(createdAt, taken.wall) + calmMs;
  return {
    served: Math.floor(policy.maxRequests / 2),
    wall,
    monotonic: taken.monotonic + (wall - taken.wall),
  };
}

/** Decides what to do with `pair` at `now`. */
export function decideRotation(
  pair: PairInUse,
  policy: RotationPolicy,
  failures: Failures,
  now: Moment,
): RotationDecision {
  const { intervalMs, rotateLeadMs } = policy;
  const exhausted = pair.served >= policy.maxRequests;
  const remaining = intervalMs === 0 ? Infinity : intervalMs - rotateLeadMs - ageOf(pair, now);
  const isDue = exhausted || remaining <= 0;
  const isNear = pair.served >= Math.floor(policy.maxRequests / 2) || remaining <= policy.prepareLeadMs;
  if (!isDue && !isNear) {
    return { action: 'keep', exhausted, lookAgainInMs: sleep(remaining - policy.prepareLeadMs) };
  }
  const pause = pauseMs(policy, failures, now);
  if (pause > 0) return { action: 'keep', exhausted, lookAgainInMs: sleep(pause) };
  return { action: isDue ? 'rotate' : 'prepare', exhausted, lookAgainInMs: sleep(isDue ? 0 : remaining) };
}

/** The delay after `count` failures in a row, in ms; never longer than the interval. */
export function backoffMs({ intervalMs }: RotationPolicy, count: number): number {
  const longest = Math.min(
    BACKOFF.maxMs,
    intervalMs === 0 ? BACKOFF.maxMs : Math.max(intervalMs, BACKOFF.minMs),
  );
  return Math.min(BACKOFF.firstMs * 2 ** (count - 1), longest);
}

function pauseMs(policy: RotationPolicy, { count, lastAt }: Failures, now: Moment): number {
  return count === 0 ? 0 : lastAt + backoffMs(policy, count) - now.monotonic;
}

function sleep(ms: number): number | undefined {
  return ms === Infinity ? undefined : Math.min(Math.max(Math.ceil(ms), 1), MAX_SLEEP_MS);
}
