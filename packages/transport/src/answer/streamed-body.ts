/** A body that is read as it arrives: once, and within its limits of length and time. */
import { abortable, type LightAbortController } from '@nomyo/base';
import { markSent } from '../errors/mark-sent.js';
import { tooLarge } from './answer.js';
import { connectionError, type FailedAttempt } from '../errors/connection-error.js';
import { APIConnectionError, APIConnectionTimeoutError } from '../errors/errors.js';

/** The source of a body, and its limits. */
export interface StreamSource {
  /** `Content-Length` in bytes, if it counts the bytes that are read. */
  readonly declared: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Longest body, in bytes. */
  readonly maxBytes: number;
  /** The caller's name for `maxBytes`, in errors. */
  readonly maxBytesName?: string | undefined;
  /** Longest wait for one chunk, in ms. */
  readonly idleTimeout: number;
  /** The attempt, for errors. */
  readonly attempt: FailedAttempt;
  /** Aborted when the timeout of the whole attempt is over, by the caller, or here. */
  readonly controller: LightAbortController;
  /** Called once, when nothing more will be read: frees the connection, or closes it. */
  readonly release: () => void;
}

/**
 * The chunks of a body, none of them empty. A chunk is only requested when the reader asks for it, so a slow reader
 * slows down the server. Leaving the loop early closes the connection.
 */
export class StreamedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: StreamSource;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #length = 0;
  #released = false;

  /** @throws {SecurityError} `BODY_TOO_LARGE` when the declared length is over the limit */
  constructor(source: StreamSource) {
    this.#source = source;
    if ((source.declared ?? 0) > source.maxBytes) throw tooLarge(source);
    this.#iterator = source.chunks[Symbol.asyncIterator]();
    source.controller.addEventListener('abort', () => this.#release());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Returns the next chunk.
   *
   * @throws {SecurityError} `BODY_TOO_LARGE`
   * @throws {APIConnectionError} when the body breaks off, or takes too long
   * @throws the caller's reason
   */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { controller, attempt } = this.#source;
    try {
      if (this.#released) controller.throwIfAborted();
      for (let chunk = await this.#pull(); chunk !== undefined; chunk = await this.#pull()) {
        if (chunk.byteLength > 0) return { done: false, value: chunk };
      }
      return { done: true, value: undefined };
    } catch (error) {
      this.#release();
      const reason = controller.aborted ? controller.reason : connectionError(error, attempt);
      if (attempt.sent) markSent(reason);
      throw reason;
    }
  }

  /** Stops reading. Idempotent. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#release();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Reads and counts the next chunk; `undefined` after the last. */
  async #pull(): Promise<Uint8Array | undefined> {
    if (this.#released) return undefined;
    const { controller, idleTimeout, maxBytes, attempt } = this.#source;
    const timer = setTimeout(() => controller.abort(silent(idleTimeout, attempt.sent)), idleTimeout);
    try {
      const part = await abortable(this.#iterator.next(), controller);
      if (part.done === true) {
        this.#end();
        return undefined;
      }
      this.#length += part.value.byteLength;
      if (this.#length > maxBytes) throw tooLarge(this.#source);
      return part.value;
    } finally {
      clearTimeout(timer);
    }
  }

  #end(): void {
    const { declared, attempt } = this.#source;
    if (declared !== undefined && declared !== this.#length) {
      throw new APIConnectionError('the answer ended before its declared length', {
        possiblyExecuted: attempt.sent,
      });
    }
    this.#release();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#source.release();
  }
}

function silent(idleTimeout: number, possiblyExecuted: boolean): APIConnectionTimeoutError {
  const message = `the answer paused for more than ${String(idleTimeout)} ms: raise idleTimeout, or find out what delays it`;
  return new APIConnectionTimeoutError(message, { possiblyExecuted });
}
