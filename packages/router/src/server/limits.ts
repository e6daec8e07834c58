/** Every bound of the server, in one table. Sizes are in bytes, times in milliseconds where no other unit is named. */
export const LIMITS = {
  /** Requests that are answered at once; one more is told `busy`. A request counts from the end of its body. */
  exchanges: 256,
  /** TCP connections at once; one more is closed by Node. */
  connections: 4_096,
  /** Bodies of requests in memory, all together: from their first byte to the end of their answer. */
  bodiesInFlight: 536_870_912,
  /** Body of one request, opened (SPEC §2, `max_request`). */
  maxRequest: 10_485_760,
  /** A body may take so long, and a second more for each of the bytes below: who is slower is cut off. */
  bodyGraceMs: 10_000,
  bodyBytesPerSecond: 4_096,
  /** Whole answer of the upstream. */
  upstreamAnswer: 67_108_864,
  /** Whole answers of the upstream in memory, all together: from their first byte until they are sealed. */
  answersInFlight: 536_870_912,
  /** Error body of the upstream that is passed on. */
  upstreamError: 65_536,
  /** An answer up to this size is kept for a resend (SPEC §9). */
  keptAnswer: 262_144,
  /** Kept answers, all together; when they are used up, new requests are told `busy`. */
  keptAnswers: 536_870_912,
  /** Entries of the replay map, some 250 bytes each without their answers: 240 s of 4,000 requests a second. */
  replayEntries: 1_000_000,
  /** HTTP head of a request. */
  httpHead: 8_192,
  httpHeadMs: 10_000,
  /** Head and body of a request. */
  httpRequestMs: 120_000,
  /** A kept-alive connection without a request. */
  keepAliveMs: 65_000,
  /** A client that takes nothing for so long is gone. */
  stalledClientMs: 60_000,
  /** The upstream may take so long for a whole answer; a stream, for the next piece of it. */
  upstreamMs: 600_000,
  /** A connection to the upstream that nobody uses: servers close theirs after 5 s, and a request may just be on its way. */
  upstreamIdleMs: 4_000,
  /** A stream may take so long from its beginning to its end. */
  streamMs: 3_600_000,
  /** SPEC §8.4: pieces of a stream are gathered for so long at most. */
  gatherMs: 20,
  /** SPEC §8.4: an empty frame after so much silence. */
  keepAliveFrameMs: 15_000,
  /** How long a drain may take before connections are cut. */
  drainMs: 600_000,
} as const;

/** The bounds of one server. */
export type Limits = Readonly<Record<keyof typeof LIMITS, number>>;

/** What `Retry-After` says to whom is told `busy` or `unavailable`, in seconds. */
export const RETRY_AFTER_SECONDS = 1;
