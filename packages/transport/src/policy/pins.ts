import { InvalidArgumentError } from '@nomyo/base';

/** `sha256/` and the canonical base64 of 32 bytes: the two spare bits of the last character are zero. */
const PIN = /^sha256\/[\dA-Za-z+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * Checks fingerprints of public keys: `sha256/` and the base64 of the SHA-256 of an SPKI (RFC 7469 §2.4).
 *
 * @param name name of the option in errors
 * @throws {InvalidArgumentError} when any of them is malformed
 */
export function checkPins(pins: unknown, name = 'serverKeyPins'): asserts pins is readonly string[] {
  if (Array.isArray(pins) && pins.every((pin) => typeof pin === 'string' && PIN.test(pin))) return;
  throw new InvalidArgumentError(name, "must be an array of 'sha256/' and the base64 of 32 bytes");
}
