/** The client's side of an answer: sealed bytes go out with back-pressure, and a copy is kept for a resend. */
import type { ServerResponse } from 'node:http';
import { FOR_BROWSERS } from '../http/clear.js';
import type { Limits } from '../limits.js';
import { AnswerCopy } from './answer-copy.js';

/** SPEC §8.1, §8.4. As a list, which Node writes as it is. */
const HEADERS: readonly string[] = [
  ...['content-type', 'application/nomyo-v2-response'],
  ...['cache-control', 'no-store'],
  ...['x-accel-buffering', 'no'],
  ...Object.entries(FOR_BROWSERS).flat(),
];

/** Takes sealed bytes for one client, and ends the exchange when it stalls. */
export class AnswerSink {
  readonly #response: ServerResponse;
  readonly #limits: Pick<Limits, 'keptAnswer' | 'stalledClientMs'>;
  readonly #copy: AnswerCopy;
  #sent = 0;

  constructor(response: ServerResponse, limits: Pick<Limits, 'keptAnswer' | 'stalledClientMs'>) {
    this.#response = response;
    this.#limits = limits;
    this.#copy = new AnswerCopy(limits.keptAnswer);
  }

  /** Bytes sent, including those for a client that is gone. */
  get sent(): number {
    return this.#sent;
  }

  /** Reports whether the client is still connected. */
  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** The whole answer, while small enough to keep. */
  get kept(): Uint8Array | undefined {
    return this.#copy.bytes;
  }

  write(sealed: Uint8Array): void {
    this.#copy.push(sealed);
    this.#sent += sealed.byteLength;
    if (!this.isOpen) return;
    if (!this.#response.headersSent) this.#response.writeHead(200, [...HEADERS]);
    this.#response.write(sealed);
  }

  /** The whole answer at once, with its length. */
  writeWhole(sealed: Uint8Array): void {
    this.#copy.push(sealed);
    this.#sent += sealed.byteLength;
    if (!this.isOpen) return;
    this.#response.writeHead(200, [...HEADERS, 'content-length', String(sealed.byteLength)]);
    this.#response.end(sealed);
    // Not awaited: a stalled client is cut off anyway.
    this.#response.setTimeout(this.#limits.stalledClientMs, () => this.#response.destroy());
  }

  end(): void {
    if (this.isOpen) this.#response.end();
  }

  /** Resolves when the client has read what was written, is gone, or stalled and was cut off. */
  async drained(): Promise<void> {
    const response = this.#response;
    if (!this.isOpen || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => response.destroy(), this.#limits.stalledClientMs);
      const done = (): void => {
        clearTimeout(stalled);
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.once('drain', done).once('close', done);
    });
  }
}
