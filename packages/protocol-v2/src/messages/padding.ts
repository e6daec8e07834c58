/** Padding (SPEC section 11). All sizes are those of the plaintext of a frame or body. */

/** The head is padded to a multiple of this, including its 4-byte length. */
export const HEAD_BLOCK = 512;
/** Each frame of a stream, the same way. */
export const STREAM_BLOCK = 256;
/** The smallest size of a padded whole body. */
const SMALLEST_BODY = 1_024;

/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019): at most
 * 12 % larger, and it reveals only about `log log length` bits of the length.
 *
 * @param length in bytes
 * @returns length of content and padding together; at least 1,024
 * @example padme(1_025) // 1088
 */
export function padme(length: number): number {
  const n = Math.max(length, SMALLEST_BODY);
  const e = Math.floor(Math.log2(n));
  const s = Math.floor(Math.log2(e)) + 1;
  const step = 2 ** Math.max(e - s, 0);
  return Math.ceil(n / step) * step;
}

/** Bytes of padding that bring `length` and the 4 bytes in front of it to a multiple of `block`. */
export function paddingTo(block: number, length: number): number {
  return (block - ((length + 4) % block)) % block;
}
