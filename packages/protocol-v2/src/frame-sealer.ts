/** Frames out (SPEC section 5). */
import { platform } from '#platform';
import { concatBytes, InvalidArgumentError, wipe, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { LIMITS, SIZES, type FrameType } from './facts.js';
import { integer } from './layout.js';
import type { FrameCipher } from './platform/platform.js';

/** Most bytes of content and padding that one frame holds. */
export const MAX_CONTENT: number = LIMITS.maxLength - SIZES.tag - SIZES.contentLength;

/** The nonce of frame `index`: `base_nonce XOR index` (RFC 9180 5.2). */
export function nonceOf(baseNonce: Uint8Array, index: number): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- a nonce is no secret
  const nonce = Uint8Array.from(baseNonce);
  let rest = index;
  for (let at = SIZES.nonce - 1; rest > 0; at -= 1) {
    nonce[at] = (nonce[at] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/** LENGTH and TYPE, which are the associated data too. */
function headerOf(length: number, type: FrameType): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- it travels in the clear
  const header = new Uint8Array(SIZES.frameHeader);
  header.set(integer(length, 4));
  header[SIZES.frameHeader - 1] = type;
  return header;
}

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
   * @param padding zero bytes behind `content`
   * @throws {InvalidArgumentError} when both are more than a frame holds
   */
  async seal(type: FrameType, content: Uint8Array, padding = 0): Promise<Bytes> {
    const size = content.byteLength + padding;
    if (size > MAX_CONTENT) {
      throw new InvalidArgumentError('content', `must fit a frame: at most ${String(MAX_CONTENT)} bytes`);
    }
    if (this.#next >= LIMITS.maxFrames) throw new InvalidArgumentError('content', 'is one frame too many');
    const nonce = nonceOf(this.#baseNonce, this.#next);
    this.#next += 1;
    const header = headerOf(SIZES.contentLength + size + SIZES.tag, type);
    const frame = SecureByteContext.allocate(SIZES.contentLength + size, this.#memory);
    return frame.use(async (plaintext) => {
      plaintext.set(integer(content.byteLength, 4));
      plaintext.set(content, SIZES.contentLength);
      return concatBytes(header, await this.#cipher.seal(nonce, header, plaintext));
    });
  }

  /** Drops the key. Idempotent. */
  dispose(): void {
    this.#cipher.dispose();
    wipe(this.#baseNonce);
  }
}
