/** The option that hides the length of a request. */
import { anInteger, InvalidArgumentError, isObject, refuseUnknown } from '@nomyo/base';
import { SUITE } from '@nomyo/crypto';

/**
 * `none`: the envelope shows the length of the request to the byte. `pow2`: the next power of two, at most doubling
 * the request. `{ block }`: the next multiple of that many bytes.
 */
export type Padding = 'none' | 'pow2' | { readonly block: number };

/** @throws {InvalidArgumentError} */
export function checkPadding(padding: unknown): Padding {
  if (padding === 'none' || padding === 'pow2') return padding;
  if (!isObject(padding)) {
    throw new InvalidArgumentError('padding', "must be 'none', 'pow2' or { block: bytes }");
  }
  refuseUnknown(padding, ['block']);
  return { block: anInteger(1, SUITE.maxPayloadBytes)('padding.block', padding['block']) };
}
