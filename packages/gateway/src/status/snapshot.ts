/** The contents of the status page: facts about keys and calls, never content. */
import type { Call, Totals } from '../calls/book.js';

/** The router, its key, and how far it is trusted. */
export interface RouterFacts {
  readonly url: string;
  /** `sha256/BASE64` of its key; with version 2 of the protocol, `ed25519/BASE64` of the roots above its keys. */
  readonly pin: string | undefined;
  readonly trust: string;
  readonly problem: string | undefined;
}

/** The key pair that answers are sealed to. */
export interface KeyFacts {
  readonly fingerprint: string | undefined;
  readonly place: string;
  /** Unix ms. */
  readonly createdAt: number | undefined;
  /** Unix ms. */
  readonly rotatesAt: number | undefined;
}

/** Everything the page shows, at one moment. */
export interface Snapshot {
  /** Unix ms. */
  readonly now: number;
  readonly startedAt: number;
  readonly router: RouterFacts;
  /** `undefined`: version 2 of the protocol needs none. */
  readonly key: KeyFacts | undefined;
  readonly memory: string;
  readonly running: number;
  readonly waiting: number;
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly totals: Totals;
  readonly live: readonly Call[];
  /** Newest first. */
  readonly recent: readonly Call[];
}
