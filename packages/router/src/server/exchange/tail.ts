/** The last bytes of a stream, to see whether the upstream marked its end. */
import { concatBytes } from '@nomyo/base';

const KEPT_BYTES = 32;

/** The end marker of OpenAI's streams, and white space. */
const DONE = /^data: ?\[DONE\]\s*$/mu;

/** Remembers the end of what passed by. */
export class Tail {
  #last: Uint8Array = concatBytes();

  push(piece: Uint8Array): void {
    this.#last = concatBytes(this.#last, piece.subarray(-KEPT_BYTES)).subarray(-KEPT_BYTES);
  }

  get isDone(): boolean {
    return DONE.test(new TextDecoder().decode(this.#last));
  }
}
