/** The router's record of its last requests, for tests and the demo. */
import type { IncomingHttpHeaders } from 'node:http';

/** One request as it came over the wire, and how it was answered. Ciphertext only: never what was inside. */
export interface SeenRequest {
  /** 1 for the first request since the start. */
  readonly id: number;
  /** 1 for the first connection since the start; requests on a kept-alive connection share it. */
  readonly connection: number;
  /** When its head arrived; Unix time in ms. */
  readonly at: number;
  readonly method: string;
  /** With the prefix, without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The raw request body; empty until it was read to its end. */
  readonly requestBody: Uint8Array;
  /** The raw answer body as the router made it, or as a fail mode left it; empty until then. */
  readonly answerBody: Uint8Array;
  /** `undefined` until answered, and when the connection ended before any header was sent. */
  readonly status: number | undefined;
  /** From its head to the end of its answer, in ms; `undefined` until then. */
  readonly durationMs: number | undefined;
  /** The fail mode that was in force for it. */
  readonly fail: string | undefined;
}

/** A {@link SeenRequest} while it is under way. */
export type SeenDraft = { -readonly [K in keyof SeenRequest]: SeenRequest[K] };

/** Most bytes of bodies that are kept, whatever their number: 64 MiB. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** The last requests, oldest first, within a bound of number and of bytes. */
export class SeenRing {
  readonly #limit: number;
  #entries: SeenDraft[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get entries(): readonly SeenRequest[] {
    return [...this.#entries];
  }

  begin(head: Pick<SeenRequest, 'connection' | 'method' | 'path' | 'headers'>): SeenDraft {
    this.#count += 1;
    const nothing = new Uint8Array(0);
    const draft: SeenDraft = {
      id: this.#count,
      at: Date.now(),
      ...head,
      requestBody: nothing,
      answerBody: nothing,
      status: undefined,
      durationMs: undefined,
      fail: undefined,
    };
    this.#entries.push(draft);
    this.trim();
    return draft;
  }

  /** Drops the oldest until both bounds hold. */
  trim(): void {
    let kept = 0;
    let first = this.#entries.length;
    for (const entry of this.#entries.toReversed()) {
      kept += entry.requestBody.byteLength + entry.answerBody.byteLength;
      if (kept > MAX_KEPT_BYTES || this.#entries.length - first >= this.#limit) break;
      first -= 1;
    }
    if (first > 0) this.#entries = this.#entries.slice(first);
  }
}
