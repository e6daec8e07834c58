/** An answer, at the gateway (SPEC section 8). */
import { concatBytes, randomBytes, wipe, type Bytes } from '@nomyo/base';
import { answerKeys } from './answer-keys.js';
import { FRAME, MAGIC, SIZES } from './facts.js';
import { FrameSealer, MAX_CONTENT } from './frame-sealer.js';
import { encodeAnswerHead, type AnswerHead } from './head.js';
import { HEAD_BLOCK, paddingTo, STREAM_BLOCK } from './padding.js';
import { bodyFrames, type AnswerSecret, type PlainFrame } from './request-sealer.js';

/** Largest piece of a stream's frame whose padding still fits. */
const STREAM_PIECE = Math.floor((MAX_CONTENT + 4) / STREAM_BLOCK) * STREAM_BLOCK - 4;

/**
 * Seals one answer: `head`, then pieces, then `end` or `abort`; or all at once with `whole`. What each gives is written
 * to the HTTP answer in that order.
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

  /** @param nonce 32 bytes that were never used with this secret; given by tests alone */
  static async create(
    secret: AnswerSecret,
    nonce: Bytes = randomBytes(SIZES.responseNonce),
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
    const content = encodeAnswerHead(head);
    const padding = paddingTo(HEAD_BLOCK, content.byteLength);
    return concatBytes(this.#prefix, await this.#frames.seal(FRAME.head, content, padding));
  }

  /** DATA frames of a stream, each padded to a multiple of 256. No content: a keep-alive frame (SPEC 8.4). */
  async data(content: Uint8Array): Promise<Bytes> {
    const frames: Bytes[] = [];
    for (let at = 0; at === 0 || at < content.byteLength; at += STREAM_PIECE) {
      frames.push(await this.#piece(FRAME.data, content.subarray(at, at + STREAM_PIECE)));
    }
    return concatBytes(...frames);
  }

  /** The END frame, with the last piece where there is one: what is before it in a frame of its own. The key is dropped. */
  async end(last: Uint8Array = new Uint8Array(0)): Promise<Bytes> {
    const at = Math.max(Math.ceil(last.byteLength / STREAM_PIECE) - 1, 0) * STREAM_PIECE;
    const before = at === 0 ? new Uint8Array(0) : await this.data(last.subarray(0, at));
    const frame = await this.#piece(FRAME.end, last.subarray(at));
    this.dispose();
    return concatBytes(before, frame);
  }

  /** The ABORT frame: why the answer breaks off. The key is dropped. */
  async abort(head: AnswerHead): Promise<Bytes> {
    const frame = await this.#piece(FRAME.abort, encodeAnswerHead(head));
    this.dispose();
    return frame;
  }

  /** A whole answer, its body padded by Padmé. The key is dropped. */
  async whole(head: AnswerHead, body: Uint8Array): Promise<Bytes> {
    const parts = [await this.head(head), ...(await this.frames(bodyFrames(body, true)))];
    this.dispose();
    return concatBytes(...parts);
  }

  /** Frames as they are given, for whoever pads by another rule. */
  async frames(frames: readonly PlainFrame[]): Promise<Bytes[]> {
    const sealed: Bytes[] = [];
    for (const { type, content, padding } of frames) {
      sealed.push(await this.#frames.seal(type, content, padding));
    }
    return sealed;
  }

  /** Magic and nonce. */
  get prefix(): Bytes {
    return this.#prefix;
  }

  /** Drops the key. Idempotent. */
  dispose(): void {
    this.#frames.dispose();
  }

  #piece(type: PlainFrame['type'], content: Uint8Array): Promise<Bytes> {
    return this.#frames.seal(type, content, paddingTo(STREAM_BLOCK, content.byteLength));
  }
}
