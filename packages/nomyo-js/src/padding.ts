/**
 * Hides the length of a request: trailing spaces, which every JSON parser ignores (RFC 8259 §2), up to a length that
 * many requests share.
 */
import { anInteger, InvalidArgumentError, isObject, refuseUnknown } from '@nomyo/base';
import { SecureByteContext, SUITE, type SecureByteContextOptions } from '@nomyo/crypto';

/**
 * `none`: the envelope shows the length of the request to the byte. `pow2`: the next power of two, at most doubling
 * the request. `{ block }`: the next multiple of that many bytes.
 */
export type Padding = 'none' | 'pow2' | { readonly block: number };

const SPACE = 0x20;

/** @throws {InvalidArgumentError} */
export function checkPadding(padding: unknown): Padding {
  if (padding === 'none' || padding === 'pow2') return padding;
  if (!isObject(padding)) {
    throw new InvalidArgumentError('padding', "must be 'none', 'pow2' or { block: bytes }");
  }
  refuseUnknown(padding, ['block']);
  return { block: anInteger(1, SUITE.maxPayloadBytes)('padding.block', padding['block']) };
}

/** Bytes after padding; never past the protocol's limit, and never less than `length`. */
export function paddedLength(length: number, padding: Padding): number {
  const wanted =
    padding === 'none' ? length : padding === 'pow2' ? nextPowerOfTwo(length) : nextMultiple(length, padding);
  return Math.max(length, Math.min(wanted, SUITE.maxPayloadBytes));
}

/** The request with its padding; `json` is disposed of when it was copied. */
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
