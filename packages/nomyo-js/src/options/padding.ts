/** The option that hides the length of a request. */
import { anInteger, InvalidArgumentError, isObject, refuseUnknown, type Check } from '@nomyo/base';
import { SUITE } from '@nomyo/crypto';

/**
 * `none`: the envelope reveals the exact length of the request. `pow2`: pads to the next power of two, which at most
 * doubles the request. `{ block }`: pads to the next multiple of `block` bytes, 1 to 10 485 760.
 */
export type Padding = 'none' | 'pow2' | { readonly block: number };

/** The option `padding`. */
export const aPadding: Check<Padding> = (name, padding) => {
  if (padding === 'none' || padding === 'pow2') return padding;
  if (!isObject(padding)) throw new InvalidArgumentError(name, "must be 'none', 'pow2' or { block: bytes }");
  refuseUnknown(padding, ['block']);
  return { block: anInteger(1, SUITE.maxPayloadBytes)(`${name}.block`, padding['block']) };
};
