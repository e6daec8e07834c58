/** The last bytes of a stream, to see whether its upstream said that it was the end. */
const KEPT_BYTES = 32;

/** What ends a stream in OpenAI's API, and white space. */
const DONE = /^data: ?\[DONE\]\s*$/mu;

export class Tail {
  #last: Uint8Array = new Uint8Array(0);

  push(piece: Uint8Array): void {
    const joined = new Uint8Array(
      Math.min(this.#last.byteLength, KEPT_BYTES) + Math.min(piece.byteLength, KEPT_BYTES),
    );
    joined.set(this.#last);
    joined.set(piece.subarray(-KEPT_BYTES), this.#last.byteLength);
    this.#last = joined.subarray(-KEPT_BYTES);
  }

  get isDone(): boolean {
    return DONE.test(new TextDecoder().decode(this.#last));
  }
}
