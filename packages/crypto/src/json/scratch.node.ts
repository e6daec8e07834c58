import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { isPair } from './unicode.js';

/** Most memory taken, in bytes: a page, which stays in the processor's cache. */
const MAX_BYTES = 4096;

/** Most bytes of UTF-8 that a UTF-16 code unit takes. */
const UNIT_BYTES = 3;

const MAX_UNITS = Math.floor(MAX_BYTES / UNIT_BYTES);

/**
 * Code units of a piece that is not the last. It is less than would fit, so that the last piece is never so short that
 * the engine copies the slice.
 */
const STEP_UNITS = MAX_UNITS - 65;

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

const encoder = new TextEncoder();

/** Memory for the UTF-8 of a text, piece by piece, before it is escaped. Wiped on `dispose`. */
export class Scratch {
  readonly #options: SecureByteContextOptions;
  #memory: SecureByteContext | undefined;
  #bytes = NO_BYTES;
  #view = NO_VIEW;
  #length = 0;

  constructor(options: SecureByteContextOptions) {
    this.#options = options;
  }

  /** The memory, with the piece at its start. */
  get view(): DataView {
    return this.#view;
  }

  /** Length of the piece, in bytes. */
  get length(): number {
    return this.#length;
  }

  /**
   * Loads the piece of `text` that begins at `from`.
   *
   * @param text a string without lone surrogates, or bytes
   * @returns the end of the piece in `text`
   */
  load(text: string | Uint8Array, from: number): number {
    if (typeof text === 'string') return this.#encode(text, from);
    this.#reserve(text.length);
    // Not `subarray`, which a subclass may override.
    const piece = new Uint8Array(
      text.buffer,
      text.byteOffset + from,
      Math.min(text.length - from, MAX_BYTES),
    );
    this.#bytes.set(piece);
    this.#length = piece.length;
    return from + piece.length;
  }

  dispose(): void {
    this.#memory?.dispose();
  }

  #encode(text: string, from: number): number {
    this.#reserve(UNIT_BYTES * text.length);
    const to = endOfPiece(text, from);
    // A slice of this length refers to the caller's string: the engine copies nothing.
    const piece = to - from === text.length ? text : text.slice(from, to);
    this.#length = encoder.encodeInto(piece, this.#bytes).written;
    return to;
  }

  #reserve(length: number): void {
    if (this.#bytes.length >= Math.min(length, MAX_BYTES)) return;
    const isFirst = this.#memory === undefined;
    this.#memory?.dispose();
    this.#memory = SecureByteContext.allocate(
      isFirst ? Math.min(length, MAX_BYTES) : MAX_BYTES,
      this.#options,
    );
    this.#bytes = this.#memory.borrow((bytes) => bytes);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }
}

/** The end of the piece that begins at `from`. No piece ends within a surrogate pair. */
function endOfPiece(text: string, from: number): number {
  if (text.length - from <= MAX_UNITS) return text.length;
  const to = from + STEP_UNITS;
  return isPair(text.charCodeAt(to - 1), text.charCodeAt(to)) ? to - 1 : to;
}
