import { createLongTexts } from '#long-texts';
import { SecurityError } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { QUOTE, UNICODE_ESCAPE_BYTES } from './escapes.js';
import type { LongTexts, Text } from './long-texts.js';
import { measureUnits, writeUnits } from './string-encoder.js';

/** Text left out of the draft: a reference to the caller's own text, never a copy. */
interface Gap {
  readonly text: Text;
  /** Length as JSON, quotation marks included, in bytes. */
  readonly length: number;
  /** Its offset in the draft, in bytes. */
  readonly at: number;
}

/** Initial size of the memory, in bytes: enough for everything around a prompt. */
const FIRST_BYTES = 512;

/** Strings up to this many code units are written immediately: measuring them first would not pay. */
const SHORT = 256;

/**
 * Builds JSON. Short parts go into a draft, in protected memory that grows; long texts are only measured, and written
 * once memory of the right size has been taken. Always call {@link dispose} in the end.
 */
export class JsonWriter {
  readonly #maxBytes: number;
  readonly #options: SecureByteContextOptions;
  readonly #gaps: Gap[] = [];
  #longTexts: LongTexts | undefined;
  #memory: SecureByteContext;
  #bytes: Uint8Array;
  /** Length of the draft, in bytes. */
  #at = 0;
  /** Length of all gaps, in bytes. */
  #gapBytes = 0;

  /**
   * @param maxBytes longest JSON, in bytes
   * @param options for all memory that is taken
   */
  constructor(maxBytes: number, options: SecureByteContextOptions) {
    this.#maxBytes = maxBytes;
    this.#options = options;
    this.#memory = SecureByteContext.allocate(FIRST_BYTES, options);
    this.#bytes = this.#memory.borrow((bytes) => bytes);
  }

  punctuation(byte: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  text(text: Text): void {
    if (typeof text !== 'string' || text.length > SHORT) {
      this.#addGap(text);
      return;
    }
    const mayNotFit = this.#at + 2 + UNICODE_ESCAPE_BYTES * text.length > this.#bytes.length;
    if (mayNotFit) this.#reserve(2 + measureUnits(text));
    this.#bytes[this.#at] = QUOTE;
    const end = writeUnits(text, this.#bytes, this.#at + 1);
    this.#bytes[end] = QUOTE;
    this.#at = end + 1;
  }

  /** Writes a number or a literal. */
  ascii(ascii: string): void {
    this.#reserve(ascii.length);
    for (let i = 0; i < ascii.length; i += 1) this.#bytes[this.#at + i] = ascii.charCodeAt(i);
    this.#at += ascii.length;
  }

  /**
   * @returns the JSON, or `undefined` when bytes among the texts are not UTF-8, or have changed since they were
   *   measured
   * @throws {SecurityError} `PAYLOAD_TOO_LARGE`
   */
  finish(): SecureByteContext | undefined {
    const length = this.#at + this.#gapBytes;
    if (length > this.#maxBytes) throw this.#tooLarge();
    const json = SecureByteContext.allocate(length, this.#options);
    const isWhole = json.borrow((out) => {
      let at = 0;
      let from = 0;
      for (const gap of this.#gaps) {
        out.set(this.#bytes.subarray(from, gap.at), at);
        at += gap.at - from;
        from = gap.at;
        if (!this.#writeGap(gap, out, at)) return false;
        at += gap.length;
      }
      out.set(this.#bytes.subarray(from, this.#at), at);
      return true;
    });
    if (isWhole) return json;
    json.dispose();
    return undefined;
  }

  dispose(): void {
    this.#memory.dispose();
    this.#longTexts?.dispose();
  }

  #addGap(text: Text): void {
    this.#longTexts ??= createLongTexts(this.#options);
    const length = 2 + this.#longTexts.measure(text);
    this.#gaps.push({ text, length, at: this.#at });
    this.#gapBytes += length;
    if (this.#at + this.#gapBytes > this.#maxBytes) throw this.#tooLarge();
  }

  /** Makes room for `length` more bytes. */
  #reserve(length: number): void {
    if (this.#at + length > this.#bytes.length) this.#grow(length);
  }

  #grow(length: number): void {
    if (this.#at + length + this.#gapBytes > this.#maxBytes) throw this.#tooLarge();
    const grown = SecureByteContext.allocate(2 * (this.#at + length), this.#options);
    this.#memory.use((bytes) => grown.borrow((to) => to.set(bytes.subarray(0, this.#at))));
    this.#memory = grown;
    this.#bytes = grown.borrow((bytes) => bytes);
  }

  #writeGap({ text, length }: Gap, out: Uint8Array, at: number): boolean {
    const end = at + length - 1;
    out[at] = QUOTE;
    const isWritten = this.#longTexts?.write(text, out, at + 1, end) ?? false;
    out[end] = QUOTE;
    return isWritten;
  }

  #tooLarge(): SecurityError {
    const limit = String(this.#maxBytes);
    return new SecurityError('PAYLOAD_TOO_LARGE', `the JSON is longer than ${limit} bytes`);
  }
}
