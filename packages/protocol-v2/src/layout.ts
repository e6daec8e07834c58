/** Fixed binary layouts (SPEC section 1): unsigned, big-endian, lengths in front. */
import { allocateBytes, utf8Decode, utf8Encode, type Bytes } from '@nomyo/base';

/** u8, u16, u32 or u64 of `value`. No number of a message is a secret, so that it may live in the heap. */
export function integer(value: number, bytes: 1 | 2 | 4 | 8): Bytes {
  // eslint-disable-next-line nomyo/no-heap-secrets -- see above
  const out = new Uint8Array(bytes);
  writeInteger(out, 0, value, bytes);
  return out;
}

/** The same, written into `out` at `at`. */
export function writeInteger(out: Uint8Array, at: number, value: number, bytes: 1 | 2 | 4 | 8): void {
  let rest = value;
  for (let i = at + bytes - 1; i >= at; i -= 1) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Reads from the front. Every read past the end, and a u64 of 2^53 or more, is `fail()`. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #fail: () => Error;
  #at = 0;

  constructor(bytes: Uint8Array, fail: () => Error) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    if (length > this.left) throw this.#fail();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  integer(bytes: 1 | 2 | 4 | 8): number {
    const end = this.#at + bytes;
    if (bytes > this.left) throw this.#fail();
    let value = 0;
    for (; this.#at < end; this.#at += 1) value = value * 256 + (this.#bytes[this.#at] ?? 0);
    if (!Number.isSafeInteger(value)) throw this.#fail();
    return value;
  }
}

const DIGITS = utf8Encode('0123456789abcdef');

/** Digits are put together here, up to this number: most are of ids and of hashes, and none is a secret. */
const scratch = allocateBytes(64);

/** Lower-case hexadecimal, made at once: a text that is put together digit by digit keeps all its parts, 20 times its size. */
export function toHex(bytes: Uint8Array): string {
  const length = 2 * bytes.byteLength;
  const digits = length > scratch.byteLength ? allocateBytes(length) : scratch.subarray(0, length);
  for (let i = 0; i < bytes.byteLength; i += 1) {
    const byte = bytes[i] ?? 0;
    digits[2 * i] = DIGITS[byte >> 4] ?? 0;
    digits[2 * i + 1] = DIGITS[byte & 15] ?? 0;
  }
  return utf8Decode(digits);
}

/** Bytes of hexadecimal digits; `undefined` of anything else. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) return undefined;
  const bytes = allocateBytes(text.length / 2);
  for (let i = 0; i < bytes.byteLength; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
