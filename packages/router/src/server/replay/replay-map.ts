/** The replay map of SPEC section 9, as the server uses it; see `@nomyo/protocol-v2`. */
import { MemoryReplayMap as Memory, type ReplayMap as Map } from '@nomyo/protocol-v2';
import { LIMITS } from '../limits.js';

/** A map that is closed with the server. */
export interface ReplayMap extends Map {
  /** Forgets what is over; for a map that does not do so by itself. */
  sweep?(now: number): void;
  close(): Promise<void>;
}

/** Bounds of a {@link MemoryReplayMap}. */
export interface MemoryMapOptions {
  /** Most entries. Default: 1,000,000. */
  readonly maxEntries?: number;
  /** Most bytes of kept answers. Default: 536,870,912. */
  readonly maxBytes?: number;
}

/** For a single router: exactly as durable as its keys, which are in the same memory. */
export class MemoryReplayMap extends Memory implements ReplayMap {
  constructor(options: MemoryMapOptions = {}) {
    const bounds = { maxEntries: LIMITS.replayEntries, maxBytes: LIMITS.keptAnswers };
    super({ ...bounds, ...options, maxRun: LONGEST_RUN_SECONDS });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Upper bound of any request's run time. */
export const LONGEST_RUN_SECONDS: number = (LIMITS.streamMs + LIMITS.drainMs) / 1_000;

/** The map lost entries: the keys of those requests must be destroyed (SPEC section 9). */
export class MapLost extends Error {
  override readonly name: string = 'MapLost';
}
