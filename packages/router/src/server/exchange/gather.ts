/**
 * Gathers the pieces of a stream (SPEC §8.4): the first goes out at once, those that follow within 20 ms go out together.
 * Silence is filled with an empty frame, so that nothing between the two ends takes the connection for dead.
 */

import { concatBytes } from '@nomyo/base';

/** Where frames go. */
export interface Outlet {
  /** @param content may be empty; wiped when the promise settles */
  send(content: Uint8Array): Promise<void>;
}

/** Times, in ms. */
export interface GatherTimes {
  readonly gatherMs: number;
  readonly keepAliveMs: number;
}

/** Pieces are put together up to this size. */
const MAX_CONTENT_BYTES = 64 * 1024;

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

  /** Sends what was gathered. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#length > 0) this.#send(this.#take());
  }

  /** Resolves when everything that was sent so far is on its way; rejects when it could not be. */
  settled(): Promise<void> {
    return this.#sending;
  }

  /** What was gathered and not sent, for the END frame, once all before it is on its way. The caller wipes it. */
  async end(): Promise<Uint8Array> {
    this.#clearTimers();
    const last = this.#take();
    await this.#sending;
    return last;
  }

  /** Stops the timers; nothing is sent any more. */
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

  /** One after the other: frames are numbered. */
  #send(content: Uint8Array): void {
    this.#sentAt = Date.now();
    this.#sending = this.#sending.then(() => this.#outlet.send(content)).finally(() => content.fill(0));
    // Told by whoever waits for it.
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
