/** All bounds of the server. Sizes are in bytes, times in milliseconds unless noted. */
export const LIMITS = {
  /** Requests answered at the same time; further ones get `busy`. A request counts from the end of its body. */
  exchanges: 256,
  /** Open TCP connections; Node closes further ones. */
  connections: 4_096,
  /** All request bodies in memory together, from their first byte to the end of their answer. */
  bodiesInFlight: 536_870_912,
  /** Body of one request, opened (SPEC §2, `max_request`). */
  maxRequest: 10_485_760,
  /** Time for a body, plus one second for every number of bytes below; slower clients are cut off. */
  bodyGraceMs: 10_000,
  bodyBytesPerSecond: 4_096,
  /** Whole answer of the upstream. */
  upstreamAnswer: 67_108_864,
  /** All whole upstream answers in memory together, from their first byte until they are sealed. */
  answersInFlight: 536_870_912,
  /** Upstream error body that is forwarded. */
  upstreamError: 65_536,
  /** An answer up to this size is kept for a resend (SPEC §9). */
  keptAnswer: 262_144,
  /** All kept answers together; beyond that, new requests get `busy`. */
  keptAnswers: 536_870_912,
  /** Entries of the replay map, some 250 bytes each without their answers: 240 s of 4,000 requests a second. */
  replayEntries: 1_000_000,
  /** How often a map in memory forgets what is over, without a request. */
  replaySweepMs: 15_000,
  /** HTTP head of a request. */
  httpHead: 8_192,
  httpHeadMs: 10_000,
  /** Head and body of a request. */
  httpRequestMs: 120_000,
  /** Idle time of a keep-alive connection. */
  keepAliveMs: 65_000,
  /** A client that reads nothing for this long is considered gone. */
  stalledClientMs: 60_000,
  /** Time for a whole upstream answer, or for the next piece of a stream. */
  upstreamMs: 600_000,
  /** Idle upstream connection. Many servers close theirs after 5 s, so ours must close first. */
  upstreamIdleMs: 4_000,
  /** Longest duration of a stream. */
  streamMs: 3_600_000,
  /** SPEC §8.4: longest time that pieces of a stream are gathered. */
  gatherMs: 20,
  /** SPEC §8.4: an empty frame is sent after this much silence. */
  keepAliveFrameMs: 15_000,
  /** How long a drain may take before connections are cut. */
  drainMs: 600_000,
} as const;

/** The bounds of one server. */
export type Limits = Readonly<Record<keyof typeof LIMITS, number>>;

/** `Retry-After` of `busy` and `unavailable`, in seconds. */
export const RETRY_AFTER_SECONDS = 1;
