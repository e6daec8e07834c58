/** Seals an answer: the gateway's side of SPEC section 8. */
import { concatBytes, wipe, type Bytes } from '@nomyo/base';
import { answerKeys } from './answer-keys.js';
import { FRAME, MAGIC, SIZES } from '../facts.js';
import { FrameSealer, MAX_CONTENT, type PlainFrame } from './frame-sealer.js';
import { encodeAnswerHead, type AnswerHead } from './head.js';
import { paddingTo, STREAM_BLOCK } from './padding.js';
import { publicRandomBytes } from '../public-random.js';
import { bodyFrames, headFrame, type AnswerSecret } from './request-sealer.js';

/** Largest piece of a stream's frame whose padding still fits. */
const STREAM_PIECE = Math.floor((MAX_CONTENT + 4) / STREAM_BLOCK) * STREAM_BLOCK - 4;

/**
 * Seals one answer: `head`, then pieces, then `end` or `abort`; or all at once with `whole`. Write the results
 * to the HTTP response in that order.
 *
 * @example
 * const answer = await request.answer();
 * response.write(await answer.head({ status: 200, contentType: 'text/event-stream', tier: 'high' }));
 * for await (const event of upstream) response.write(await answer.data(event));
 * response.end(await answer.end());
 */
export class AnswerSealer {
  readonly #frames: FrameSealer;
  readonly #prefix: Bytes;

  private constructor(frames: FrameSealer, prefix: Bytes) {
    this.#frames = frames;
    this.#prefix = prefix;
  }

  /** @param nonce 32 bytes that were never used with this secret; only tests pass it */
  static async create(
    secret: AnswerSecret,
    nonce: Bytes = publicRandomBytes(SIZES.responseNonce),
  ): Promise<AnswerSealer> {
    const { key, baseNonce } = await answerKeys(secret, nonce);
    try {
      return new AnswerSealer(await FrameSealer.create(key, baseNonce), concatBytes(MAGIC.answer, nonce));
    } finally {
      wipe(key);
      wipe(baseNonce);
    }
  }

  /** Magic, nonce and the HEAD frame. */
  async head(head: AnswerHead): Promise<Bytes> {
    return this.#frames.seal([headFrame(encodeAnswerHead(head), true)], this.#prefix);
  }

  /** DATA frames of a stream, each padded to a multiple of 256. No content: a keep-alive frame (SPEC 8.4). */
  async data(content: Uint8Array): Promise<Bytes> {
    return this.#frames.seal(streamFrames(content, FRAME.data));
  }

  /** The END frame, with the last piece if there is one; earlier content goes into a frame of its own. The key is dropped. */
  async end(last: Uint8Array = new Uint8Array(0)): Promise<Bytes> {
    return this.#last(streamFrames(last, FRAME.end));
  }

  /** The ABORT frame, which says why the answer was cut short. The key is dropped. */
  async abort(head: AnswerHead): Promise<Bytes> {
    return this.#last(streamFrames(encodeAnswerHead(head), FRAME.abort));
  }

  /** A whole answer, its body padded by Padmé. The key is dropped. */
  async whole(head: AnswerHead, body: Uint8Array): Promise<Bytes> {
    return this.#last([headFrame(encodeAnswerHead(head), true), ...bodyFrames(body, true)], this.#prefix);
  }

  /** A whole answer of frames as they are given, for callers that pad by another rule. The key stays. */
  async frames(frames: readonly PlainFrame[]): Promise<Bytes> {
    return this.#frames.seal(frames, this.#prefix);
  }

  /** Drops the key. Idempotent. */
  dispose(): void {
    this.#frames.dispose();
  }

  async #last(frames: readonly PlainFrame[], prefix?: Bytes): Promise<Bytes> {
    try {
      return await this.#frames.seal(frames, prefix);
    } finally {
      this.dispose();
    }
  }
}

/** Frames of a stream, each padded to a multiple of 256; the last of them is of this type. */
function streamFrames(content: Uint8Array, type: PlainFrame['type']): readonly PlainFrame[] {
  const count = Math.max(Math.ceil(content.byteLength / STREAM_PIECE), 1);
  return Array.from({ length: count }, (_, i) => {
    const piece = content.subarray(i * STREAM_PIECE, (i + 1) * STREAM_PIECE);
    const padding = paddingTo(STREAM_BLOCK, piece.byteLength);
    return { type: i === count - 1 ? type : FRAME.data, content: piece, padding };
  });
}
