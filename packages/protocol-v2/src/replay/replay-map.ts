/** The replay map of SPEC section 9: no request runs twice, and a resent request gets the same answer bytes. */
import type { Bytes } from '@nomyo/base';
import { KeptAnswers } from './kept-answers.js';
import { protocolError } from '../errors.js';
import { LIMITS } from '../facts.js';

/** The map's verdict on an opened request with a valid API key. */
export type Entered =
  /** New: run it, then call {@link ReplayMap.finish}. */
  | { readonly kind: 'new' }
  /** Send these bytes again; run nothing. */
  | { readonly kind: 'stored'; readonly answer: Bytes }
  /** Clear 409 `replayed`; run nothing. */
  | { readonly kind: 'replayed' }
  /** Sealed 409 `duplicate`; run nothing. */
  | { readonly kind: 'duplicate' };

/** Shared by all gateways that hold the same private key. Times in Unix seconds. */
export interface ReplayMap {
  /** Atomic: of two equal requests one gets `new`. */
  enter: (mapKey: string, fingerprint: string, now: number) => Promise<Entered>;
  /** The answer has ended. `answer`: its sealed bytes; `undefined`: not kept. */
  finish: (mapKey: string, answer: Uint8Array | undefined, now: number) => Promise<void>;
}

/** Bounds of a {@link MemoryReplayMap}. */
export interface MemoryReplayMapOptions {
  /** Total size of kept answers, in bytes. Default: 268,435,456. A full map refuses new requests; it never evicts early. */
  readonly maxBytes?: number;
  /** Default: 1,000,000. */
  readonly maxEntries?: number;
  /**
   * Longest run of one request, in seconds: an unfinished entry counts as ended after that. Default: 86,400, the
   * longest life of a key, after which nothing sealed before can be opened.
   */
  readonly maxRun?: number;
}

interface Entry {
  readonly fingerprint: string;
  readonly enteredAt: number;
  answer: Bytes | undefined;
  /** `undefined` while it runs. */
  endedAt: number | undefined;
}

/**
 * The map of one process. It is exactly as durable as private keys that exist only in memory.
 *
 * A running request is never forgotten, so that its effects cannot happen twice; one whose end is never reported is
 * forgotten after `maxRun`.
 */
export class MemoryReplayMap implements ReplayMap {
  /** Running entries, oldest first. */
  readonly #running = new Map<string, Entry>();
  /** Ended entries, in order of their end. */
  readonly #ended = new Map<string, Entry>();
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #maxRun: number;
  readonly #answers = new KeptAnswers();
  #bytes = 0;

  constructor(options: MemoryReplayMapOptions = {}) {
    const { maxBytes = 268_435_456, maxEntries = 1_000_000, maxRun = LIMITS.maxLife } = options;
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
    this.#maxRun = maxRun;
  }

  /** Number of entries. */
  get size(): number {
    return this.#running.size + this.#ended.size;
  }

  /** @throws {NomyoError} `BUSY` when the map is full */
  enter(mapKey: string, fingerprint: string, now: number): Promise<Entered> {
    this.sweep(now);
    const entry = this.#running.get(mapKey) ?? this.#ended.get(mapKey);
    if (entry !== undefined) return Promise.resolve(found(entry, fingerprint));
    if (this.size >= this.#maxEntries || this.#bytes >= this.#maxBytes) {
      return Promise.reject(protocolError('busy'));
    }
    this.#running.set(mapKey, { fingerprint, enteredAt: now, answer: undefined, endedAt: undefined });
    return Promise.resolve({ kind: 'new' });
  }

  finish(mapKey: string, answer: Uint8Array | undefined, now: number): Promise<void> {
    const entry = this.#running.get(mapKey);
    if (entry !== undefined) this.#end(mapKey, entry, answer, now);
    return Promise.resolve();
  }

  #end(mapKey: string, entry: Entry, answer: Uint8Array | undefined, now: number): void {
    entry.endedAt = now;
    entry.answer = answer === undefined ? undefined : this.#answers.keep(answer);
    this.#bytes += answer?.byteLength ?? 0;
    this.#running.delete(mapKey);
    this.#ended.set(mapKey, entry);
  }

  /**
   * Forgets entries that ended more than 240 s ago, and ends those that exceeded `maxRun`. Every {@link enter} does this
   * first; call it from a timer, so that a gateway without requests does not hold the last ones.
   */
  sweep(now: number): void {
    for (const [mapKey, entry] of this.#running) {
      if (now - entry.enteredAt <= this.#maxRun) break;
      this.#end(mapKey, entry, undefined, now);
    }
    for (const [mapKey, { endedAt, answer }] of this.#ended) {
      if (now - (endedAt ?? now) <= LIMITS.replayLife) break;
      this.#ended.delete(mapKey);
      this.#bytes -= answer?.byteLength ?? 0;
    }
  }
}

function found(entry: Entry, fingerprint: string): Entered {
  if (entry.fingerprint !== fingerprint) return { kind: 'duplicate' };
  return entry.answer === undefined ? { kind: 'replayed' } : { kind: 'stored', answer: entry.answer };
}
