/** Opens an answer as it arrives: the client's side of SPEC 8.3. */
import { allocateBytes, equalBytes, wipe, type Bytes } from '@nomyo/base';
import { answerKeys } from './answer-keys.js';
import { protocolError } from '../errors.js';
import { CONTENT_TYPE, FRAME, LIMITS, MAGIC, SIZES, type FrameType, type Tier } from '../facts.js';
import { FrameOpener, type OpenerMemory } from './frame-opener.js';
import { decodeAnswerHead, type AnswerHead } from './head.js';
import { isOfType } from '../media-type.js';
import type { AnswerSecret } from './request-sealer.js';

/** How an answer is opened. */
export interface AnswerOpenerOptions extends OpenerMemory {
  /** Of the sealed request; it stays the caller's. */
  readonly answer: AnswerSecret;
  /** The tier that was requested; the answer must name the same one. Default: none was requested, and it must name none. */
  readonly tier?: Tier | undefined;
  /** The `Content-Type` of the HTTP response, as received. */
  readonly contentType: string | null | undefined;
  /** Largest body, in bytes. Default: 67,108,864. */
  readonly limit?: number;
  /** Gets each piece of the body as its frame opens; the piece is wiped when the promise settles. */
  readonly sink: (content: Uint8Array) => void | Promise<void>;
}

const PREFIX = MAGIC.answer.byteLength + SIZES.responseNonce;

/**
 * Opens one answer. After an error, every later call throws that error.
 *
 * @example
 * const opener = new AnswerOpener({ answer: request.answer, tier: 'high', contentType, sink });
 * for await (const chunk of response) await opener.push(chunk);
 * opener.end();
 */
export class AnswerOpener {
  readonly #options: AnswerOpenerOptions;
  readonly #prefix: Bytes = allocateBytes(PREFIX);
  #prefixBytes = 0;
  #frames: FrameOpener | undefined;
  #head: AnswerHead | undefined;
  #abort: AnswerHead | undefined;
  #bodyBytes = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: AnswerOpenerOptions) {
    this.#options = options;
    if (!isOfType(options.contentType, CONTENT_TYPE.answer)) {
      this.#failure = { error: protocolError('not_sealed') };
    }
  }

  /** The head, once its frame is open and its tier matches the request. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** The content of the ABORT frame, after `ABORTED`. */
  get abort(): AnswerHead | undefined {
    return this.#abort;
  }

  /** Whether END arrived: an answer ends in no other way. */
  get isOver(): boolean {
    return this.#frames?.isOver ?? false;
  }

  /** @throws {SecurityError | NomyoError} a class of SPEC sections 5, 6, 8; the opener then accepts nothing more */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      const rest = await this.#takePrefix(chunk);
      await this.#frames?.push(rest);
    } catch (error) {
      this.#failure = { error };
      this.dispose();
      throw error;
    }
  }

  /**
   * Call when the HTTP response body has ended.
   *
   * @throws {NomyoError} `TRUNCATED` before END; otherwise what `push` threw
   */
  end(): AnswerHead {
    if (this.#failure !== undefined) throw this.#failure.error;
    const head = this.#head;
    this.dispose();
    if (this.isOver && head !== undefined) return head;
    const error = protocolError('truncated');
    this.#failure = { error };
    throw error;
  }

  /** Drops the key. Idempotent. */
  dispose(): void {
    this.#frames?.dispose();
  }

  async #takePrefix(chunk: Uint8Array): Promise<Uint8Array> {
    const taken = chunk.subarray(0, PREFIX - this.#prefixBytes);
    this.#prefix.set(taken, this.#prefixBytes);
    this.#prefixBytes += taken.byteLength;
    if (this.#frames === undefined && this.#prefixBytes === PREFIX) this.#frames = await this.#start();
    return chunk.subarray(taken.byteLength);
  }

  async #start(): Promise<FrameOpener> {
    const magicBytes = MAGIC.answer.byteLength;
    if (!equalBytes(this.#prefix.subarray(0, magicBytes), MAGIC.answer)) throw protocolError('malformed');
    const sink = (type: FrameType, content: Uint8Array): Promise<void> => this.#frame(type, content);
    const { key, baseNonce } = await answerKeys(this.#options.answer, this.#prefix.subarray(magicBytes));
    try {
      return await FrameOpener.create(key, baseNonce, true, sink, this.#options);
    } finally {
      wipe(key);
      wipe(baseNonce);
    }
  }

  async #frame(type: FrameType, content: Uint8Array): Promise<void> {
    if (type === FRAME.head || type === FRAME.abort) {
      this.#takeHead(type, content);
      return;
    }
    this.#bodyBytes += content.byteLength;
    if (this.#bodyBytes > (this.#options.limit ?? LIMITS.maxAnswer)) throw protocolError('too_large');
    if (content.byteLength > 0) await this.#options.sink(content);
  }

  #takeHead(type: FrameType, content: Uint8Array): void {
    if (content.byteLength > LIMITS.maxHead) throw protocolError('malformed');
    const head = decodeAnswerHead(content);
    if (type === FRAME.abort) {
      this.#abort = head;
      throw protocolError('aborted');
    }
    if (head.tier !== this.#options.tier) throw protocolError('tier_mismatch');
    this.#head = head;
  }
}
