/**
 * The body of an HTTP message, pulled piece by piece. Node's own iterator watches a stream in many ways and makes some ten
 * promises a piece; a message of HTTP ends in two ways, and most bodies are one piece.
 */
import type { IncomingMessage } from 'node:http';

/** Bytes that wait here before the other side is told to wait. */
const HIGH_WATER_BYTES = 64 * 1024;

/** Iterates over the pieces of one body. */
export class Pieces implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #message: IncomingMessage;
  readonly #broken: () => Error;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #isOver = false;
  #isCut = false;
  #wake: (() => void) | undefined;

  /** @param broken what is thrown when the connection breaks before the end */
  constructor(message: IncomingMessage, broken: () => Error) {
    this.#message = message;
    this.#broken = broken;
    this.#isOver = message.readableEnded;
    this.#isCut = message.destroyed;
    message.on('data', this.#take).once('end', this.#end).once('error', this.#cut).once('close', this.#cut);
  }

  /** The next piece, or the end. @throws when the connection broke */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) return { done: false, value: this.#taken(piece) };
      if (this.#isOver) return { done: true, value: undefined };
      if (this.#isCut) throw this.#broken();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Nothing more is read; the rest of the message is left to its owner. */
  leave(): void {
    this.#message
      .off('data', this.#take)
      .off('end', this.#end)
      .off('error', this.#cut)
      .off('close', this.#cut);
  }

  /** Left before its end, the message is destroyed. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isOver) this.#message.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #take = (piece: Uint8Array): void => {
    this.#queue.push(piece);
    this.#queued += piece.byteLength;
    if (this.#queued >= HIGH_WATER_BYTES) this.#message.pause();
    this.#wake?.();
  };

  readonly #end = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };

  readonly #cut = (): void => {
    this.#isCut = true;
    this.#wake?.();
  };

  #taken(piece: Uint8Array): Uint8Array {
    this.#queued -= piece.byteLength;
    if (this.#queued < HIGH_WATER_BYTES && this.#message.isPaused()) this.#message.resume();
    return piece;
  }
}
