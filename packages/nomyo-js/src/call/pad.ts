/**
 * Hides the length of a request by trailing spaces, which every JSON parser ignores (RFC 8259 §2), up to a length that
 * many requests share. Loaded if the option `padding` is set.
 */
import { SecureByteContext, SUITE, type SecureByteContextOptions } from '@nomyo/crypto';
import type { Padding } from '../options/padding.js';

const SPACE = 0x20;

/** The length after padding, in bytes: at most the protocol's limit, and at least `length`. */
export function paddedLength(length: number, padding: Padding): number {
  const wanted =
    padding === 'none' ? length : padding === 'pow2' ? nextPowerOfTwo(length) : nextMultiple(length, padding);
  return Math.max(length, Math.min(wanted, SUITE.maxPayloadBytes));
}

/** Pads a request; `json` is disposed of if it was copied. */
export function pad(
  json: SecureByteContext,
  padding: Padding,
  options: SecureByteContextOptions,
): SecureByteContext {
  const length = paddedLength(json.length, padding);
  if (length === json.length) return json;
  const padded = SecureByteContext.allocate(length, options);
  const used = json.length;
  padded.borrow((to) => {
    json.use((from) => to.set(from));
    to.fill(SPACE, used);
  });
  return padded;
}

function nextPowerOfTwo(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(length, 1)));
}

function nextMultiple(length: number, { block }: { readonly block: number }): number {
  return Math.ceil(length / block) * block;
}
