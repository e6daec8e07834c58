/** What writes long texts of a payload. `#long-texts` resolves to the one that is best for the runtime. */
import type { SecureByteContextOptions } from '../memory/secure-byte-context.js';

/** Text of a payload: a string, or UTF-8 bytes that never were one. */
export type Text = string | Uint8Array;

/** Measures texts, and writes them later. */
export interface LongTexts {
  /** Bytes of `text` as a JSON string, without its quotation marks. */
  measure(text: Text): number;
  /**
   * Writes `text` to `out` from `start` to `end`, as far apart as {@link measure} said; the byte after the end may be
   * overwritten too. Bytes are checked after they were copied, so that nothing can change them in between.
   *
   * @returns `false` when the text is bytes that are no UTF-8, or are not what they were
   */
  write(text: Text, out: Uint8Array, start: number, end: number): boolean;
  /** Wipes what it needed. */
  dispose(): void;
}

/** @param options for all memory */
export type CreateLongTexts = (options: SecureByteContextOptions) => LongTexts;
