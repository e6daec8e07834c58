/** Fixed binary layouts (SPEC §1): unsigned, big-endian. */

import { allocateBytes, concatBytes, utf8Encode } from '@nomyo/base';

const U32 = 2 ** 32;

/** Puts fields behind one another. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.#number(value, 1);
  }

  u16(value: number): this {
    return this.#number(value, 2);
  }

  u32(value: number): this {
    return this.#number(value, 4);
  }

  /** @param value below 2^53 */
  u64(value: number): this {
    return this.u32(Math.floor(value / U32)).u32(value % U32);
  }

  /** ASCII. */
  text(text: string): this {
    return this.bytes(utf8Encode(text));
  }

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** Everything so far; more may follow. */
  take(): Uint8Array {
    return concatBytes(...this.#parts);
  }

  #number(value: number, length: number): this {
    const bytes = allocateBytes(length);
    for (let i = 0; i < length; i += 1) bytes[i] = Math.floor(value / 2 ** (8 * (length - 1 - i))) % 256;
    return this.bytes(bytes);
  }
}

/** Takes fields from one another; behind the end it gives zeros, and says so. */
export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  /** More was asked for than there was. */
  get isShort(): boolean {
    return this.#at > this.#view.byteLength;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#view.byteLength;
  }

  u8(): number {
    const at = this.#advance(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#advance(2);
    return at === undefined ? 0 : this.#view.getUint16(at);
  }

  u32(): number {
    const at = this.#advance(4);
    return at === undefined ? 0 : this.#view.getUint32(at);
  }

  u64(): number {
    return this.u32() * U32 + this.u32();
  }

  text(length: number): string {
    return new TextDecoder('latin1').decode(this.bytes(length));
  }

  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    const { buffer, byteOffset } = this.#view;
    return at === undefined ? allocateBytes(0) : new Uint8Array(buffer, byteOffset + at, length);
  }

  /** From there to here. */
  since(start: number): Uint8Array {
    const { buffer, byteOffset } = this.#view;
    return new Uint8Array(buffer, byteOffset + start, this.#at - start);
  }

  #advance(length: number): number | undefined {
    const at = this.#at;
    this.#at += length;
    return this.isShort ? undefined : at;
  }
}
