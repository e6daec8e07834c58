/** Seals frames (SPEC section 5). */
import { platform } from '#platform';
import { allocateBytes, concatBytes, InvalidArgumentError, wipe, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { LIMITS, SIZES, type FrameType } from '../facts.js';
import { writeInteger } from '../layout.js';
import type { FrameCipher } from '../platform/platform.js';

/** Most bytes of content and padding that one frame holds. */
export const MAX_CONTENT: number = LIMITS.maxLength - SIZES.tag - SIZES.contentLength;

/** One frame of a message: its content, and how many zeros follow it. */
export interface PlainFrame {
  readonly type: FrameType;
  readonly content: Uint8Array;
  readonly padding: number;
}

/** The nonce of frame `index`: `base_nonce XOR index` (RFC 9180 5.2). */
export function nonceOf(baseNonce: Uint8Array, index: number): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- a nonce is no secret
  const nonce = new Uint8Array(SIZES.nonce);
  nonce.set(baseNonce);
  let rest = index;
  for (let at = SIZES.nonce - 1; rest > 0; at -= 1) {
    nonce[at] = (nonce[at] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/** `content length ‖ content ‖ padding`. */
const plainLength = ({ content, padding }: PlainFrame): number =>
  SIZES.contentLength + content.byteLength + padding;

const sealedLength = (frame: PlainFrame): number => SIZES.frameHeader + plainLength(frame) + SIZES.tag;

/** One direction of one exchange. Frames are sealed in the order of the calls. */
export class FrameSealer {
  readonly #cipher: FrameCipher;
  readonly #baseNonce: Bytes;
  readonly #memory: SecureByteContextOptions;
  #next = 0;

  private constructor(cipher: FrameCipher, baseNonce: Bytes, memory: SecureByteContextOptions) {
    this.#cipher = cipher;
    this.#baseNonce = baseNonce;
    this.#memory = memory;
  }

  /**
   * @param key wiped by the caller
   * @param memory of the key, and of each plaintext while it is sealed
   */
  static async create(
    key: Bytes,
    baseNonce: Bytes,
    memory: SecureByteContextOptions = {},
  ): Promise<FrameSealer> {
    return new FrameSealer(await platform.frameCipher(key, memory), concatBytes(baseNonce), memory);
  }

  /**
   * These frames, one after the other, in one array.
   *
   * @param prefix what stands in front of them there
   * @throws {InvalidArgumentError} when content and padding are more than a frame holds; nothing is sealed then
   */
  async seal(frames: readonly PlainFrame[], prefix: Uint8Array = NOTHING): Promise<Bytes> {
    let [whole, longest] = [prefix.byteLength, 0];
    for (const frame of frames) {
      checkSize(frame);
      whole += sealedLength(frame);
      longest = Math.max(longest, plainLength(frame));
    }
    const first = this.#take(frames.length);
    const message = allocateBytes(whole);
    message.set(prefix);
    // One piece of protected memory serves all frames: each is written over the one before.
    await SecureByteContext.allocate(longest, this.#memory).use(async (memory) => {
      let at = prefix.byteLength;
      for (const [i, frame] of frames.entries()) {
        const end = at + sealedLength(frame);
        await this.#sealInto(message.subarray(at, end), first + i, frame, memory);
        at = end;
      }
    });
    return message;
  }

  /** Drops the key. Idempotent. */
  dispose(): void {
    this.#cipher.dispose();
    wipe(this.#baseNonce);
  }

  /** Numbers of the next frames. */
  #take(count: number): number {
    const first = this.#next;
    if (first + count > LIMITS.maxFrames) throw new InvalidArgumentError('content', 'is one frame too many');
    this.#next += count;
    return first;
  }

  /** LENGTH and TYPE are the associated data too. */
  async #sealInto(out: Bytes, index: number, frame: PlainFrame, memory: Bytes): Promise<void> {
    const { type, content } = frame;
    const plaintext = memory.subarray(0, plainLength(frame));
    writeInteger(plaintext, 0, content.byteLength, 4);
    plaintext.set(content, SIZES.contentLength);
    plaintext.fill(0, SIZES.contentLength + content.byteLength);
    writeInteger(out, 0, plaintext.byteLength + SIZES.tag, 4);
    writeInteger(out, 4, type, 1);
    const [header, sealed] = [out.subarray(0, SIZES.frameHeader), out.subarray(SIZES.frameHeader)];
    await this.#cipher.seal(nonceOf(this.#baseNonce, index), header, plaintext, sealed);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

function checkSize({ content, padding }: PlainFrame): void {
  if (content.byteLength + padding <= MAX_CONTENT) return;
  throw new InvalidArgumentError('content', `must fit a frame: at most ${String(MAX_CONTENT)} bytes`);
}
