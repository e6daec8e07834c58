/**
 * Gathers the pieces of a stream (SPEC §8.4): the first goes out at once, those that follow within 20 ms go out together.
 * Silence is filled with empty frames, so that no proxy in between drops the connection as idle.
 */

import { concatBytes } from '@nomyo/base';

/** Receives frames. */
export interface Outlet {
  /** @param content may be empty; wiped when the promise settles */
  send(content: Uint8Array): Promise<void>;
}

/** Times, in ms. */
export interface GatherTimes {
  readonly gatherMs: number;
  readonly keepAliveMs: number;
}

/** Largest gathered piece. */
const MAX_CONTENT_BYTES = 64 * 1024;

/** Collects pieces, and sends them as one frame after 20 ms at the latest. */
export class Gatherer {
  readonly #outlet: Outlet;
  readonly #times: GatherTimes;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #sentAt = 0;
  #sending: Promise<void> = Promise.resolve();
  #flushTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;

  constructor(outlet: Outlet, times: GatherTimes) {
    this.#outlet = outlet;
    this.#times = times;
    this.#watchSilence();
  }

  push(piece: Uint8Array): void {
    if (this.#length + piece.byteLength > MAX_CONTENT_BYTES) this.flush();
    this.#pieces.push(piece);
    this.#length += piece.byteLength;
    const wait = this.#sentAt + this.#times.gatherMs - Date.now();
    if (wait <= 0 || this.#length >= MAX_CONTENT_BYTES) this.flush();
    else this.#flushTimer ??= setTimeout(() => this.flush(), wait);
  }

  /** Sends the gathered content. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#length > 0) this.#send(this.#take());
  }

  /** Resolves once everything sent so far is written; rejects if writing failed. */
  settled(): Promise<void> {
    return this.#sending;
  }

  /** The unsent rest, for the END frame, once everything before it is written. The caller wipes it. */
  async end(): Promise<Uint8Array> {
    this.#clearTimers();
    const last = this.#take();
    await this.#sending;
    return last;
  }

  /** Stops the timers; nothing more is sent. */
  stop(): void {
    this.#clearTimers();
    this.#take().fill(0);
  }

  #take(): Uint8Array {
    const content = concatBytes(...this.#pieces);
    for (const piece of this.#pieces) piece.fill(0);
    this.#pieces = [];
    this.#length = 0;
    return content;
  }

  /** In order: frames are numbered. */
  #send(content: Uint8Array): void {
    this.#sentAt = Date.now();
    this.#sending = this.#sending.then(() => this.#outlet.send(content)).finally(() => content.fill(0));
    // Reported to the next caller that awaits it.
    this.#sending.catch(() => undefined);
    this.#watchSilence();
  }

  #watchSilence(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#send(new Uint8Array(0)), this.#times.keepAliveMs);
  }

  #clearTimers(): void {
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#silenceTimer);
  }
}
