/**
 * `#long-texts` on Node: the runtime encodes a piece as UTF-8, which is then searched for escapes four bytes at a time.
 */
import type { SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { BACKSLASH, ESCAPE_EXTRA, ESCAPE_LETTER, writeUnicodeEscape } from './escapes.js';
import type { CreateLongTexts, LongTexts, Text } from './long-texts.js';
import { Scratch } from './scratch.node.js';
import { measureUnits, writeUnits } from './string-encoder.js';
import { isUtf8 } from './unicode.js';

/** Long texts of one payload. */
export const createLongTexts: CreateLongTexts = (options) => new PiecewiseTexts(options);

/** Encodes one piece at a time, in memory of its own. */
class PiecewiseTexts implements LongTexts {
  readonly #scratch: Scratch;

  constructor(options: SecureByteContextOptions) {
    this.#scratch = new Scratch(options);
  }

  measure(text: Text): number {
    // UTF-8 cannot express lone surrogates: the encoder would silently replace them.
    if (typeof text === 'string' && !text.isWellFormed()) return measureUnits(text);
    const scratch = this.#scratch;
    let total = 0;
    for (let from = 0; from < text.length;) {
      from = scratch.load(text, from);
      total += scratch.length + sumExtra(scratch.view, scratch.length);
    }
    return total;
  }

  write(text: Text, out: Uint8Array, start: number, end: number): boolean {
    if (typeof text === 'string' && !text.isWellFormed()) return writeUnits(text, out, start) === end;
    const scratch = this.#scratch;
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    let at = start;
    for (let from = 0; from < text.length;) {
      from = scratch.load(text, from);
      if (typeof text !== 'string' && at + scratch.length + sumExtra(scratch.view, scratch.length) > end) {
        return false;
      }
      at = escapeInto(scratch.view, scratch.length, view, at);
    }
    // Escapes replace ASCII with ASCII, so the output is UTF-8 exactly when the text is.
    return at === end && (typeof text === 'string' || isUtf8(out.subarray(start, end)));
  }

  dispose(): void {
    this.#scratch.dispose();
  }
}

/** By byte: the byte itself, or its two-byte escape with the first byte in the lower half; 0 for an escape of six. */
const WRITTEN = new Uint16Array(256);
for (const [byte, letter] of ESCAPE_LETTER.entries()) {
  WRITTEN[byte] = letter !== 0 ? BACKSLASH | (letter << 8) : byte < 0x20 ? 0 : byte;
}

/** Number of bytes examined together. */
const WORD_BYTES = 4;

/**
 * Reports whether none of the four bytes of a word needs an escape. If a byte is below 0x20, or equals one of the two
 * characters, the difference is negative and sets its highest bit, which `~word` keeps only where the byte itself has
 * it clear. (A borrow from the byte below can also make the result `false`; then each byte is examined by itself.)
 */
function isPlain(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (((word - 0x20202020) | (quote - 0x01010101) | (backslash - 0x01010101)) & ~word & 0x80808080) === 0;
}

/** Number of bytes that escaping adds to the first `length` bytes. */
function sumExtra(raw: DataView, length: number): number {
  let total = 0;
  let at = 0;
  for (; at + WORD_BYTES <= length; at += WORD_BYTES) {
    const word = raw.getInt32(at, true);
    if (isPlain(word)) continue;
    for (let shift = 0; shift < 32; shift += 8) total += ESCAPE_EXTRA[(word >>> shift) & 0xff] ?? 0;
  }
  for (; at < length; at += 1) total += ESCAPE_EXTRA[raw.getUint8(at)] ?? 0;
  return total;
}

/**
 * Writes the first `length` bytes of `raw`, escaped where necessary. The byte after the end may be overwritten as well:
 * the closing quotation mark goes there.
 *
 * @returns the offset after the text
 */
function escapeInto(raw: DataView, length: number, out: DataView, start: number): number {
  let at = start;
  let from = 0;
  for (; from + WORD_BYTES <= length; from += WORD_BYTES) {
    const word = raw.getInt32(from, true);
    if (isPlain(word)) {
      out.setInt32(at, word, true);
      at += WORD_BYTES;
    } else for (let shift = 0; shift < 32; shift += 8) at = escapeByte((word >>> shift) & 0xff, out, at);
  }
  for (; from < length; from += 1) at = escapeByte(raw.getUint8(from), out, at);
  return at;
}

/** Always writes two bytes, escape or not: a branch here would often be mispredicted. */
function escapeByte(byte: number, out: DataView, at: number): number {
  const extra = ESCAPE_EXTRA[byte] ?? 0;
  out.setUint16(at, WRITTEN[byte] ?? 0, true);
  if (extra > 1) writeControl(byte, out, at);
  return at + 1 + extra;
}

function writeControl(byte: number, out: DataView, at: number): void {
  writeUnicodeEscape(byte, new Uint8Array(out.buffer, out.byteOffset, out.byteLength), at);
}
