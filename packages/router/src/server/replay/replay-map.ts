/** The map of SPEC section 9, as a server holds it: `@nomyo/protocol-v2` says what it does. */
import { MemoryReplayMap as Memory, type ReplayMap as Map } from '@nomyo/protocol-v2';
import { LIMITS } from '../limits.js';

/** A map that is closed when the server ends. */
export interface ReplayMap extends Map {
  close(): Promise<void>;
}

/** Bounds of a {@link MemoryReplayMap}. */
export interface MemoryMapOptions {
  /** Most entries. Default: 1,000,000. */
  readonly maxEntries?: number;
  /** Most bytes of kept answers. Default: 536,870,912. */
  readonly maxBytes?: number;
}

/** For a router by itself: as durable as its keys, which are in the same memory. */
export class MemoryReplayMap extends Memory implements ReplayMap {
  constructor(options: MemoryMapOptions = {}) {
    const bounds = { maxEntries: LIMITS.replayEntries, maxBytes: LIMITS.keptAnswers };
    super({ ...bounds, ...options, maxRun: LONGEST_RUN_SECONDS });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** No request runs longer, whatever happens to it. */
export const LONGEST_RUN_SECONDS: number = (LIMITS.streamMs + LIMITS.drainMs) / 1_000;

/** Entries were lost, by no fault of ours: the keys whose requests they were must go (SPEC section 9). */
export class MapLost extends Error {
  override readonly name: string = 'MapLost';
}
