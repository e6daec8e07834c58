/** The map of SPEC §9: what was run already, and what it was answered. Pure of any storage. */

/** Everything that the map knows about a request: hashes, as hexadecimal digits. */
export interface ReplayKey {
  /** SHA-256(authorization ‖ 0x00 ‖ request id). */
  readonly id: string;
  /** SHA-256(header ‖ enc). */
  readonly fingerprint: string;
}

/** What to do with a request that is open, and whose API key is good. */
export type ReplayVerdict =
  /** It was entered just now: run it. */
  | { readonly kind: 'run' }
  /** Send these bytes again. */
  | { readonly kind: 'kept'; readonly answer: Uint8Array }
  /** Still running, or its answer was not kept: clear 409 `replayed`. */
  | { readonly kind: 'replayed' }
  /** Another header or enc: sealed 409 `duplicate`. */
  | { readonly kind: 'duplicate' }
  /** No room for another entry: clear 429 `busy`. */
  | { readonly kind: 'full' }
  /** Entries were lost: the keys of their requests must be destroyed, and the client is told `key_unknown`. */
  | { readonly kind: 'lost' };

/** An entry lives until more than this has passed since its answer ended; in ms. */
export const ENTRY_MS = 241_000;

/** One map for all gateways that hold the same private keys. */
export interface ReplayMap {
  /** Atomic: of two callers with the same id, one alone is told `run`. */
  enter(key: ReplayKey): Promise<ReplayVerdict>;
  /** @param answer sealed bytes to keep; `undefined`: none are kept */
  finish(key: ReplayKey, answer: Uint8Array | undefined): Promise<void>;
  close(): Promise<void>;
}
