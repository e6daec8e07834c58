import { SecurityError } from '../errors.js';
import type { SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { measureText, type Text } from './measure.js';
import { writeText } from './write.js';

/** What JSON is made of: a punctuation byte, a string to be quoted, or a number or literal in ASCII. */
type Part = number | Text | Literal;

class Literal {
  readonly ascii: string;

  constructor(ascii: string) {
    this.ascii = ascii;
  }
}

type LiteralName = 'null' | 'true' | 'false';

const LITERALS: Readonly<Record<LiteralName, Literal>> = {
  null: new Literal('null'),
  true: new Literal('true'),
  false: new Literal('false'),
};

/**
 * JSON that is not written yet: its parts in order, and its length. The parts are references to the caller's own
 * strings, never copies.
 */
export class JsonPlan {
  readonly #parts: Part[] = [];
  /** Of the strings among the parts, in bytes. */
  readonly #textLengths: number[] = [];
  readonly #maxBytes: number;
  readonly #options: SecureByteContextOptions;
  #length = 0;

  /**
   * @param maxBytes longest JSON, in bytes
   * @param options for the memory that strings are measured in
   */
  constructor(maxBytes: number, options: SecureByteContextOptions) {
    this.#maxBytes = maxBytes;
    this.#options = options;
  }

  /** Of the whole JSON, in bytes. */
  get length(): number {
    return this.#length;
  }

  punctuation(byte: number): void {
    this.#add(byte, 1);
  }

  text(text: Text): void {
    const length = measureText(text, this.#options);
    this.#textLengths.push(length);
    this.#add(text, length);
  }

  /** @param value finite */
  number(value: number): void {
    const number = new Literal(String(value));
    this.#add(number, number.ascii.length);
  }

  literal(name: LiteralName): void {
    this.#add(LITERALS[name], name.length);
  }

  /**
   * @param out memory of {@link length} bytes
   * @returns `false` when bytes among the texts are no UTF-8, or are not what they were when they were measured
   */
  write(out: Uint8Array): boolean {
    let at = 0;
    let texts = 0;
    for (const part of this.#parts) {
      if (typeof part === 'number') {
        out[at] = part;
        at += 1;
      } else if (part instanceof Literal) {
        at = writeAscii(part.ascii, out, at);
      } else {
        const end = at + (this.#textLengths[texts] ?? 0);
        if (!writeText(part, out, at, end)) return false;
        at = end;
        texts += 1;
      }
    }
    return at === out.byteLength;
  }

  #add(part: Part, length: number): void {
    this.#length += length;
    if (this.#length > this.#maxBytes) {
      throw new SecurityError('PAYLOAD_TOO_LARGE', `the JSON is longer than ${String(this.#maxBytes)} bytes`);
    }
    this.#parts.push(part);
  }
}

function writeAscii(ascii: string, out: Uint8Array, at: number): number {
  for (let i = 0; i < ascii.length; i += 1) out[at + i] = ascii.charCodeAt(i);
  return at + ascii.length;
}
