/**
 * What a key agent and its clients say to each other, over a stream:
 *
 *     length   4 bytes, big-endian: of what follows, 5 to 4101
 *     kind     1 byte
 *     id       4 bytes, big-endian: the answer to a request has the request's
 *     body     0 to 4096 bytes
 *
 * A client begins with `hello`. Answers can come in any order.
 */

/** What a frame holds, by kind. */
export const KIND = {
  /** Request: the version of this protocol, 1 byte. Answered by `publicKey`. */
  hello: 0x01,
  /** Request: one wrapped AES key. Answered by `unwrapped`. */
  unwrap: 0x02,
  /** Answer: SPKI DER. */
  publicKey: 0x81,
  /** Answer: the bytes that were wrapped. */
  unwrapped: 0x82,
  /** Answer: why not, 1 byte; see {@link REFUSAL}. */
  refused: 0xff,
} as const;

/** Why a request got no answer. */
export const REFUSAL = {
  /** The block was not wrapped to this key, or was changed. */
  cannotDecrypt: 1,
  /** Another version of this protocol, or an unknown kind. */
  notUnderstood: 2,
  /** The agent's own trouble. */
  failed: 3,
} as const;

export const VERSION = 1;

/** Room for an RSA block of 16384 bits and an SPKI around one. */
export const MAX_BODY_BYTES = 4096;

const LENGTH_BYTES = 4;
const HEAD_BYTES = 5;

/** One message. */
export interface Frame {
  readonly kind: number;
  readonly id: number;
  /** Memory of its own: whoever gets the frame wipes it. */
  readonly body: Uint8Array;
}

/** Thrown on what is no frame: there is no way to find the next one, so the connection must end. */
export class FrameError extends Error {
  override readonly name: string = 'FrameError';
}

/** A frame as bytes, in memory of its own. */
export function encodeFrame({ kind, id, body }: Frame): Uint8Array {
  const bytes = allocate(LENGTH_BYTES + HEAD_BYTES + body.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEAD_BYTES + body.byteLength);
  view.setUint8(LENGTH_BYTES, kind);
  view.setUint32(LENGTH_BYTES + 1, id);
  bytes.set(body, LENGTH_BYTES + HEAD_BYTES);
  return bytes;
}

/** Puts frames together from the pieces of a stream. It never holds more than one. */
export class FrameReader {
  readonly #buffer = allocate(LENGTH_BYTES + HEAD_BYTES + MAX_BODY_BYTES);
  #filled = 0;

  /**
   * The frames that are complete with this piece, which is wiped: it can hold keys.
   *
   * @throws {FrameError} on a length that no frame has
   */
  push(piece: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    try {
      let at = 0;
      while (at < piece.byteLength) {
        const part = piece.subarray(at, at + this.#wanted() - this.#filled);
        this.#buffer.set(part, this.#filled);
        this.#filled += part.byteLength;
        at += part.byteLength;
        if (this.#filled === this.#wanted()) frames.push(this.#take());
      }
      return frames;
    } finally {
      piece.fill(0);
    }
  }

  /** Forgets what was read of an unfinished frame. */
  wipe(): void {
    this.#buffer.fill(0);
    this.#filled = 0;
  }

  /** Bytes from the start of the frame to its end, or to the end of its length while that is not known. */
  #wanted(): number {
    if (this.#filled < LENGTH_BYTES) return LENGTH_BYTES;
    const length = new DataView(this.#buffer.buffer).getUint32(0);
    if (length < HEAD_BYTES || length > HEAD_BYTES + MAX_BODY_BYTES) {
      throw new FrameError('a frame has a wrong length');
    }
    return LENGTH_BYTES + length;
  }

  #take(): Frame {
    const view = new DataView(this.#buffer.buffer);
    const body = allocate(this.#filled - LENGTH_BYTES - HEAD_BYTES);
    body.set(this.#buffer.subarray(LENGTH_BYTES + HEAD_BYTES, this.#filled));
    const frame = { kind: view.getUint8(LENGTH_BYTES), id: view.getUint32(LENGTH_BYTES + 1), body };
    this.wipe();
    return frame;
  }
}

/** Outside the JavaScript heap, where short arrays would be copied and could not be wiped. */
function allocate(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}
