/** Writers for long texts of a payload. `#long-texts` resolves to the best one for the runtime. */
import type { SecureByteContextOptions } from '../memory/secure-byte-context.js';

/** Text of a payload: a string, or UTF-8 bytes that were never a string. */
export type Text = string | Uint8Array;

/** Measures texts first, and writes them later. */
export interface LongTexts {
  /** Length of `text` as a JSON string, without the quotation marks, in bytes. */
  measure(text: Text): number;
  /**
   * Writes `text` to `out` from `start` to `end`, which are as far apart as {@link measure} said. The byte after the
   * end may be overwritten as well. Bytes are checked after they were copied, so that nothing can change them in
   * between.
   *
   * @returns `false` when the text is bytes that are not UTF-8, or that changed since they were measured
   */
  write(text: Text, out: Uint8Array, start: number, end: number): boolean;
  /** Wipes the memory it used. */
  dispose(): void;
}

/** @param options for all memory that is taken */
export type CreateLongTexts = (options: SecureByteContextOptions) => LongTexts;
