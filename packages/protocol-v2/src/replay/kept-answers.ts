/** Where a map keeps sealed answers: one after the other in blocks of one size. */
import { allocateBytes, type Bytes } from '@nomyo/base';

/** In bytes: room for four of the longest answers that must be kept. */
const BLOCK_BYTES = 1_048_576;

/**
 * Answers end in the order in which they are forgotten, so that the answers of a block go together, and the block with the
 * last of them. Kept one by one, they would leave holes in the process's memory that nothing else fits into.
 */
export class KeptAnswers {
  #block: Bytes | undefined;
  #used = 0;

  /** The same bytes, in a block. Holding one answer of a block holds the block. */
  keep(answer: Uint8Array): Bytes {
    const { byteLength } = answer;
    if (this.#block === undefined || this.#used + byteLength > this.#block.byteLength) {
      [this.#block, this.#used] = [allocateBytes(Math.max(BLOCK_BYTES, byteLength)), 0];
    }
    this.#used += byteLength;
    const kept = this.#block.subarray(this.#used - byteLength, this.#used);
    kept.set(answer);
    return kept;
  }
}
