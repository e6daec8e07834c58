/** Lists of numbers that grow, at four or eight bytes for each: a batch may have millions of lines. */

const FIRST_CAPACITY = 1024;

/** Unsigned integers of 32 bits. */
export class GrowingUint32 {
  #values = new Uint32Array(new ArrayBuffer(FIRST_CAPACITY * Uint32Array.BYTES_PER_ELEMENT));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(new ArrayBuffer(this.#values.byteLength * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return (index < this.#length ? this.#values[index] : undefined) ?? 0;
  }
}
