/** Masked, so that a scan does not find what was only reported. */
const MASK = 0xa5;

/** The inverse of itself. */
export function masked(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ MASK);
}
