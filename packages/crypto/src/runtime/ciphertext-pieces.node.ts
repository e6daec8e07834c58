/** A ciphertext in pieces that stay in the processor's cache, however it came. */
import { decodePieces, PIECE_BYTES } from './base64.node.js';
import type { GcmEnvelope, GcmMessage } from './runtime.js';

/** Hands over pieces of {@link PIECE_BYTES}, and a last one. Each is valid until the next. */
export function ciphertextPieces(sealed: GcmEnvelope | GcmMessage, use: (piece: Uint8Array) => void): void {
  if ('base64' in sealed) {
    decodePieces(sealed.base64, use);
    return;
  }
  const { ciphertext } = sealed;
  for (let at = 0; at < ciphertext.byteLength; at += PIECE_BYTES) {
    use(ciphertext.subarray(at, at + PIECE_BYTES));
  }
}
