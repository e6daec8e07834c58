import { LIMITS } from '../limits.js';
import { ENTRY_MS, type ReplayKey, type ReplayMap, type ReplayVerdict } from './replay-map.js';

interface Entry {
  readonly fingerprint: string;
  answer: Uint8Array | undefined;
  /** Unix ms; `undefined` while it runs. */
  endedAt: number | undefined;
}

/** How often what is over is looked for, in ms. */
const SWEEP_MS = 5_000;

export interface MemoryMapOptions {
  /** Most entries. Default: {@link LIMITS.replayEntries}. */
  readonly maxEntries?: number;
  /** Most bytes of kept answers. Default: {@link LIMITS.keptAnswers}. */
  readonly maxBytes?: number;
  readonly now?: () => number;
}

/** For a router by itself: as durable as its keys, which are in the same memory. */
export class MemoryReplayMap implements ReplayMap {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;
  #sweptAt = 0;

  constructor({ maxEntries, maxBytes, now }: MemoryMapOptions = {}) {
    this.#maxEntries = maxEntries ?? LIMITS.replayEntries;
    this.#maxBytes = maxBytes ?? LIMITS.keptAnswers;
    this.#now = now ?? Date.now;
  }

  get size(): number {
    return this.#entries.size;
  }

  // Nothing is awaited between the look and the entry: that makes it atomic.
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous for maps elsewhere
  async enter({ id, fingerprint }: ReplayKey): Promise<ReplayVerdict> {
    this.#sweep();
    const entry = this.#entries.get(id);
    if (entry !== undefined) return verdictOf(entry, fingerprint);
    const isFull = this.#entries.size >= this.#maxEntries || this.#bytes + LIMITS.keptAnswer > this.#maxBytes;
    if (isFull) return { kind: 'full' };
    this.#entries.set(id, { fingerprint, answer: undefined, endedAt: undefined });
    return { kind: 'run' };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- see enter
  async finish({ id }: ReplayKey, answer: Uint8Array | undefined): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.answer = answer;
    entry.endedAt = this.#now();
    this.#bytes += answer?.byteLength ?? 0;
    // The oldest end first: what is over stands at the front.
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  close(): Promise<void> {
    this.#entries.clear();
    this.#bytes = 0;
    return Promise.resolve();
  }

  #sweep(): void {
    const now = this.#now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [id, { endedAt, answer }] of this.#entries) {
      if (endedAt === undefined || now - endedAt < ENTRY_MS) continue;
      this.#entries.delete(id);
      this.#bytes -= answer?.byteLength ?? 0;
    }
  }
}

function verdictOf({ fingerprint, answer }: Entry, asked: string): ReplayVerdict {
  if (fingerprint !== asked) return { kind: 'duplicate' };
  return answer === undefined ? { kind: 'replayed' } : { kind: 'kept', answer };
}
