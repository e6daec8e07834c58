/** The copy of an answer that is kept for a resend (SPEC §9), while it is short enough. */
import { concatBytes } from '@nomyo/base';

/** Copies of streams grow by this; in bytes. Pieces of one size leave no holes in memory when they go. */
const CHUNK_BYTES = 16 * 1024;

/** Collects the sealed bytes, and gives up when they are too many. */
export class AnswerCopy {
  readonly #limit: number;
  #length = 0;
  /** The only piece, as it came: a whole answer is not copied. */
  #only: Uint8Array | undefined;
  /** Full but for the last one. */
  #chunks: Uint8Array[] = [];
  #isTooLong = false;

  /** @param limit in bytes; a longer answer is not kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param sealed stays as it is */
  push(sealed: Uint8Array): void {
    if (this.#isTooLong || sealed.byteLength === 0) return;
    if (this.#length + sealed.byteLength > this.#limit) {
      this.#isTooLong = true;
      [this.#only, this.#chunks] = [undefined, []];
    } else if (this.#length === 0) {
      this.#only = sealed;
      this.#length = sealed.byteLength;
    } else this.#append(sealed);
  }

  /** All that was pushed; `undefined` when it is too long. */
  get bytes(): Uint8Array | undefined {
    if (this.#isTooLong) return undefined;
    return this.#only ?? concatBytes(...this.#chunks).subarray(0, this.#length);
  }

  #append(sealed: Uint8Array): void {
    const first = this.#only;
    if (first !== undefined) {
      [this.#only, this.#length] = [undefined, 0];
      this.#append(first);
    }
    let rest = sealed;
    while (rest.byteLength > 0) {
      const at = this.#length % CHUNK_BYTES;
      if (at === 0) this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      const taken = rest.subarray(0, CHUNK_BYTES - at);
      this.#chunks.at(-1)?.set(taken, at);
      this.#length += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
    }
  }
}
