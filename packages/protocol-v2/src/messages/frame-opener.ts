/** Opens frames (SPEC section 5): bytes arrive in pieces of any size, and each frame is opened once complete. */
import { platform } from '#platform';
import { allocateBytes, concatBytes, wipe, type Bytes } from '@nomyo/base';
import type { SecureByteContextOptions } from '@nomyo/crypto';
import { protocolError } from '../errors.js';
import { FRAME, LIMITS, SIZES, type FrameType } from '../facts.js';
import { nonceOf } from './frame-sealer.js';
import { Reader } from '../layout.js';
import type { FrameCipher } from '../platform/platform.js';

/** Receives an opened frame. `content` is wiped when the promise settles. */
export type FrameSink = (type: FrameType, content: Uint8Array) => void | Promise<void>;

/** Where keys and plaintext are held. */
export interface OpenerMemory {
  /** Of the key and of each opened frame. Default: protected where available. */
  readonly memory?: SecureByteContextOptions;
  /** Runs a task that allocates such memory, and may rerun it, for callers that wait for room. Default: runs it at once. */
  readonly take?: <T>(task: () => T | Promise<T>) => T | Promise<T>;
}

const malformed = (): Error => protocolError('malformed');

/** One direction of one exchange. Holds one frame at most. */
export class FrameOpener {
  readonly #cipher: FrameCipher;
  readonly #take: NonNullable<OpenerMemory['take']>;
  readonly #baseNonce: Bytes;
  readonly #isAnswer: boolean;
  readonly #sink: FrameSink;
  readonly #header: Bytes = allocateBytes(SIZES.frameHeader);
  #headerBytes = 0;
  /** LENGTH of the current frame, once its header is read. */
  #length: number | undefined;
  /** The received part of a frame that arrives in pieces. */
  #sealed: Bytes | undefined;
  #sealedBytes = 0;
  #next = 0;
  #isOver = false;

  private constructor(
    cipher: FrameCipher,
    baseNonce: Bytes,
    isAnswer: boolean,
    sink: FrameSink,
    take: NonNullable<OpenerMemory['take']>,
  ) {
    this.#cipher = cipher;
    this.#take = take;
    this.#baseNonce = baseNonce;
    this.#isAnswer = isAnswer;
    this.#sink = sink;
  }

  /** @param key wiped by the caller */
  static async create(
    key: Bytes,
    baseNonce: Bytes,
    isAnswer: boolean,
    sink: FrameSink,
    { memory = {}, take = atOnce }: OpenerMemory = {},
  ): Promise<FrameOpener> {
    const cipher = await take(() => platform.frameCipher(key, memory));
    return new FrameOpener(cipher, concatBytes(baseNonce), isAnswer, sink, take);
  }

  /** Whether END arrived. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param chunk must not change until the promise settles */
  async push(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.byteLength > 0) {
      if (this.#isOver) throw malformed();
      rest = this.#length === undefined ? this.#takeHeader(rest) : await this.#takeBody(this.#length, rest);
    }
  }

  /** Drops the key and any partial frame. Idempotent. */
  dispose(): void {
    this.#cipher.dispose();
    wipe(this.#baseNonce);
    this.#sealed = undefined;
  }

  #takeHeader(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, SIZES.frameHeader - this.#headerBytes);
    this.#header.set(taken, this.#headerBytes);
    this.#headerBytes += taken.byteLength;
    if (this.#headerBytes === SIZES.frameHeader) this.#length = this.#checkedLength();
    return bytes.subarray(taken.byteLength);
  }

  async #takeBody(length: number, bytes: Uint8Array): Promise<Uint8Array> {
    const taken = bytes.subarray(0, length - this.#sealedBytes);
    // A frame that arrived in one piece is opened in place.
    if (taken.byteLength === length) await this.#open(taken);
    else {
      this.#sealed ??= allocateBytes(length);
      this.#sealed.set(taken, this.#sealedBytes);
      this.#sealedBytes += taken.byteLength;
      if (this.#sealedBytes === length) await this.#open(this.#sealed);
    }
    return bytes.subarray(taken.byteLength);
  }

  /** LENGTH, if it and TYPE are valid by SPEC section 5. */
  #checkedLength(): number {
    const length = new Reader(this.#header, malformed).integer(4);
    if (length < LIMITS.minLength || length > LIMITS.maxLength || this.#next >= LIMITS.maxFrames) {
      throw malformed();
    }
    this.#type();
    return length;
  }

  #type(): FrameType {
    const type = this.#header[SIZES.frameHeader - 1];
    if (this.#next === 0 && type === FRAME.head) return type;
    if (this.#next > 0 && isLater(type, this.#isAnswer)) return type;
    throw malformed();
  }

  async #open(sealed: Uint8Array): Promise<void> {
    const nonce = nonceOf(this.#baseNonce, this.#next);
    const plaintext = await this.#take(() => this.#cipher.open(nonce, this.#header, sealed));
    if (plaintext === undefined) throw protocolError('unopenable');
    const type = this.#type();
    this.#next += 1;
    [this.#headerBytes, this.#sealedBytes] = [0, 0];
    [this.#length, this.#sealed] = [undefined, undefined];
    this.#isOver = type === FRAME.end;
    await plaintext.use(async (bytes) => this.#sink(type, contentOf(bytes)));
  }
}

function atOnce<T>(task: () => T | Promise<T>): T | Promise<T> {
  return task();
}

/** Whether a frame of this type may follow the head. */
function isLater(type: number | undefined, isAnswer: boolean): type is FrameType {
  return type === FRAME.data || type === FRAME.end || (type === FRAME.abort && isAnswer);
}

/** Content of `content length ‖ content ‖ zeros`. */
function contentOf(plaintext: Uint8Array): Uint8Array {
  const reader = new Reader(plaintext, malformed);
  const content = reader.take(reader.integer(4));
  for (const byte of reader.take(reader.left)) if (byte !== 0) throw malformed();
  return content;
}
