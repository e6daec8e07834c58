/**
 * The part of DER (ITU-T X.690) that RSA keys and PBES2 need: a writer, and a strict reader that hands out views, never
 * copies, so that the numbers of a private key stay in the memory they were read into.
 *
 * @example
 * ```ts
 * // The modulus of an RSAPublicKey (RFC 8017, A.1.1).
 * const modulus = new DerReader(der).sequence().unsigned();
 * ```
 */
import { bytesOf, concatBytes, SecurityError, type Bytes } from '@nomyo/base';

/** Tags of the universal types in use (X.690 §8.1.2). */
export const DER_TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
} as const;

/** Longest length field in bytes: keys are far below 4 GiB. */
const MAX_LENGTH_BYTES = 4;

const malformed = (): SecurityError => new SecurityError('INVALID_KEY', 'the key is not well-formed DER');

/** Reads elements one after the other. Anything that is not canonical DER is a {@link SecurityError} `INVALID_KEY`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether everything has been read. */
  get atEnd(): boolean {
    return this.#offset === this.#bytes.byteLength;
  }

  /** The tag of the next element, or `undefined` at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** The content of the next element, as a view; its tag must be `tag`. */
  read(tag: number): Uint8Array {
    if (this.#byte() !== tag) throw malformed();
    const length = this.#length();
    const end = this.#offset + length;
    if (end > this.#bytes.byteLength) throw malformed();
    const content = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return content;
  }

  /** A reader of the next element, which must be a SEQUENCE. */
  sequence(): DerReader {
    return new DerReader(this.read(DER_TAG.sequence));
  }

  /** The magnitude of a non-negative INTEGER, without the sign byte, as a view (X.690 §8.3). */
  unsigned(): Uint8Array {
    const content = this.read(DER_TAG.integer);
    const [first, second] = content;
    if (first === undefined || first > 0x7f) throw malformed();
    if (first !== 0) return content;
    if (second !== undefined && second < 0x80) throw malformed();
    return content.subarray(1);
  }

  /** An OBJECT IDENTIFIER as lower-case hex of its content. */
  oid(): string {
    return Array.from(this.read(DER_TAG.oid), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /** Requires that nothing follows. */
  end(): void {
    if (!this.atEnd) throw malformed();
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw malformed();
    this.#offset += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > MAX_LENGTH_BYTES) throw malformed();
    let length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + this.#byte();
    // DER requires the shortest form (X.690 §10.1).
    if (length < 0x80 || length < 256 ** (count - 1)) throw malformed();
    return length;
  }
}

/** One element: tag, length in the shortest form, and the contents joined. */
export function derEncode(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const length = contents.reduce((sum, part) => sum + part.byteLength, 0);
  return concatBytes(derHeader(tag, length), ...contents);
}

/** The tag and length that precede the content of an element. */
export function derHeader(tag: number, length: number): Bytes {
  return bytesOf(tag, ...derLength(length));
}

/** An INTEGER of a non-negative number of at most 32 bits. */
export function derSmallUnsigned(value: number): Bytes {
  const bytes = bigEndian(value);
  return derEncode(DER_TAG.integer, bytesOf(...((bytes[0] ?? 0) > 0x7f ? [0] : []), ...bytes));
}

/** An OBJECT IDENTIFIER from lower-case hex of its content. */
export function derOid(hex: string): Bytes {
  const bytes = Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return derEncode(DER_TAG.oid, bytesOf(...bytes));
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes = bigEndian(length);
  return [0x80 | bytes.length, ...bytes];
}

function bigEndian(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes.length === 0 ? [0] : bytes;
}

/** A non-negative INTEGER of at most 32 bits. */
export function readSmallUnsigned(reader: DerReader): number {
  const magnitude = reader.unsigned();
  if (magnitude.byteLength > 4) throw malformed();
  return magnitude.reduce((value, byte) => value * 256 + byte, 0);
}
