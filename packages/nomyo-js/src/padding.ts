/** The option that hides the length of a request. */
import { anInteger, InvalidArgumentError, isObject, refuseUnknown, type Check } from '@nomyo/base';
import { SUITE } from '@nomyo/crypto';

/**
 * `none`: the envelope shows the length of the request to the byte. `pow2`: the next power of two, at most doubling
 * the request. `{ block }`: the next multiple of that many bytes.
 */
export type Padding = 'none' | 'pow2' | { readonly block: number };

/** The option `padding`. */
export const aPadding: Check<Padding> = (name, padding) => {
  if (padding === 'none' || padding === 'pow2') return padding;
  if (!isObject(padding)) throw new InvalidArgumentError(name, "must be 'none', 'pow2' or { block: bytes }");
  refuseUnknown(padding, ['block']);
  return { block: anInteger(1, SUITE.maxPayloadBytes)(`${name}.block`, padding['block']) };
};
