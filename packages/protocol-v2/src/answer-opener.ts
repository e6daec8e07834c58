/** An answer, at the client (SPEC 8.3), as its bytes come in. */
import { allocateBytes, equalBytes, wipe, type Bytes } from '@nomyo/base';
import { answerKeys } from './answer-keys.js';
import { protocolError } from './errors.js';
import { CONTENT_TYPE, FRAME, LIMITS, MAGIC, SIZES, type FrameType, type Tier } from './facts.js';
import { FrameOpener, type OpenerMemory } from './frame-opener.js';
import { decodeAnswerHead, type AnswerHead } from './head.js';
import { isOfType } from './media-type.js';
import type { AnswerSecret } from './request-sealer.js';

/** How an answer is opened. */
export interface AnswerOpenerOptions extends OpenerMemory {
  /** Of the sealed request; it stays the caller's. */
  readonly answer: AnswerSecret;
  /** The tier that was asked for; the answer must name the same, absent with absent. */
  readonly tier?: Tier | undefined;
  /** The HTTP answer's `Content-Type`, as it came. */
  readonly contentType: string | null | undefined;
  /** Largest body, in bytes. Default: 67,108,864. */
  readonly limit?: number;
  /** Gets each piece of the body as its frame opens; the piece is wiped when the promise settles. */
  readonly sink: (content: Uint8Array) => void | Promise<void>;
}

const PREFIX = MAGIC.answer.byteLength + SIZES.responseNonce;

/**
 * Opens one answer. The first error is the error of every later call.
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

  /** The head, as soon as its frame is open and its tier is the one asked for. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** What ABORT said, after `ABORTED`. */
  get abort(): AnswerHead | undefined {
    return this.#abort;
  }

  /** Whether END came: nothing else is the end of an answer. */
  get isOver(): boolean {
    return this.#frames?.isOver ?? false;
  }

  /** @throws {SecurityError | NomyoError} a class of SPEC sections 5, 6, 8; nothing more is taken after it */
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
   * The body of the HTTP answer is over.
   *
   * @throws {NomyoError} `TRUNCATED` before END; else what `push` threw
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
