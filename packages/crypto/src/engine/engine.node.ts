/** Node: AES through node:crypto, which leaves no copy of the key behind, or through `nomyo-native`. */
import { createCipheriv } from 'node:crypto';
import type { Bytes } from '@nomyo/base';
import { SUITE } from '../envelope/suite.js';
import { asBuffer, PIECE_BYTES } from './base64.node.js';
import type { GcmKey } from './engine.js';

export { asBuffer as searchable, decodeBase64, encodeBase64, isCanonicalBase64 } from './base64.node.js';
export { openCbc } from './cbc.node.js';
export { openBase64 } from './open.node.js';
export { rsa } from './rsa.node.js';

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function sealBase64(
  plaintext: Uint8Array,
  gcm: GcmKey,
  out: Bytes,
  offset: number,
): Promise<Bytes> {
  // Node takes a tag of 4 bytes unless it is told the length.
  const cipher = createCipheriv('aes-256-gcm', gcm.key, gcm.nonce, { authTagLength: SUITE.tagBytes });
  const text = asBuffer(out);
  let at = offset;
  for (let i = 0; i < plaintext.byteLength; i += PIECE_BYTES) {
    const piece = cipher.update(plaintext.subarray(i, i + PIECE_BYTES));
    at += text.write(piece.toString('base64'), at, 'latin1');
  }
  cipher.final();
  return cipher.getAuthTag();
}
