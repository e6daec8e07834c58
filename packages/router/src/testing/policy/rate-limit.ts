/** The limits that the service publishes per API key (protocol §5), as a pure decision. Off unless asked for. */

/** Numbers of the limit. */
export interface RateLimitSettings {
  /** Requests in a second. Default: 2. */
  readonly perSecond: number;
  /** Requests in a second that is a burst. Default: 4. */
  readonly burst: number;
  /** Bursts in one window. Default: 1. */
  readonly burstsPerWindow: number;
  /** In ms. Default: 10 000. */
  readonly windowMs: number;
  /** Refusals within a minute after which a key has to cool down. Default: 20; the service publishes no number. */
  readonly refusalsBeforeCoolDown: number;
  /** In ms. Default: 1 800 000 (30 minutes). */
  readonly coolDownMs: number;
}

/** The limits of the service. */
export const DEFAULT_RATE_LIMIT: RateLimitSettings = {
  perSecond: 2,
  burst: 4,
  burstsPerWindow: 1,
  windowMs: 10_000,
  refusalsBeforeCoolDown: 20,
  coolDownMs: 1_800_000,
};

/** The record of one API key; all times in Unix ms. */
export interface RateHistory {
  readonly accepted: readonly number[];
  readonly bursts: readonly number[];
  readonly refused: readonly number[];
  readonly coolUntil: number;
}

/** Of a key that was not seen before. */
export const NO_HISTORY: RateHistory = { accepted: [], bursts: [], refused: [], coolUntil: 0 };

/** The verdict on a request. */
export interface RateDecision {
  /** 200: go on. */
  readonly status: 200 | 429 | 503;
  /** Whole seconds until the next request can succeed; 0 with 200. */
  readonly retryAfter: number;
  readonly history: RateHistory;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * Decides about one request.
 *
 * @param now Unix ms
 */
export function decideRate(settings: RateLimitSettings, before: RateHistory, now: number): RateDecision {
  const history = forget(settings, before, now);
  if (now < history.coolUntil) return refuse(503, history.coolUntil - now, history);
  const { accepted, bursts } = history;
  const taken: RateHistory = { ...history, accepted: [...accepted, now] };
  if (accepted.length < settings.perSecond) return { status: 200, retryAfter: 0, history: taken };
  if (accepted.length < settings.burst && isBurstUnderWay(bursts, now)) {
    return { status: 200, retryAfter: 0, history: taken };
  }
  if (accepted.length < settings.burst && bursts.length < settings.burstsPerWindow) {
    return { status: 200, retryAfter: 0, history: { ...taken, bursts: [...bursts, now] } };
  }
  return exceed(settings, history, now);
}

function exceed(settings: RateLimitSettings, history: RateHistory, now: number): RateDecision {
  const refused = [...history.refused, now];
  if (refused.length < settings.refusalsBeforeCoolDown) {
    const oldest = history.accepted[0] ?? now;
    return refuse(429, oldest + SECOND_MS - now, { ...history, refused });
  }
  const coolUntil = now + settings.coolDownMs;
  return refuse(503, settings.coolDownMs, { ...history, refused: [], coolUntil });
}

function refuse(status: 429 | 503, waitMs: number, history: RateHistory): RateDecision {
  return { status, retryAfter: Math.max(1, Math.ceil(waitMs / SECOND_MS)), history };
}

function isBurstUnderWay(bursts: readonly number[], now: number): boolean {
  return bursts.some((at) => now - at < SECOND_MS);
}

function forget({ windowMs }: RateLimitSettings, history: RateHistory, now: number): RateHistory {
  return {
    accepted: history.accepted.filter((at) => now - at < SECOND_MS),
    bursts: history.bursts.filter((at) => now - at < windowMs),
    refused: history.refused.filter((at) => now - at < MINUTE_MS),
    coolUntil: history.coolUntil,
  };
}
