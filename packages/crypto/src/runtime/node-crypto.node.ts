/** AES by node:crypto, without the addon. */
import { createCipheriv, createDecipheriv, type Decipher } from 'node:crypto';
import { wipe, type Bytes } from '@nomyo/base';
import type { MemoryOptions } from '../memory/backend.js';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import { SUITE } from '../suite.js';
import { asBuffer, ciphertextPieces, PIECE_BYTES } from './base64.node.js';
import type { CbcInput, GcmEnvelope, GcmInput, GcmMessage } from './runtime.js';

/** Node accepts a tag of 4 bytes unless it is told the length. */
const TAG = { authTagLength: SUITE.tagBytes };

/** Encrypts and writes base64. It leaves no copy of the key behind. */
// eslint-disable-next-line @typescript-eslint/require-await -- both runtimes have one shape
export async function sealBase64(
  plaintext: Uint8Array,
  { key, nonce }: GcmInput,
  out: Bytes,
  offset: number,
): Promise<Bytes> {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG);
  const text = asBuffer(out);
  let at = offset;
  for (let i = 0; i < plaintext.byteLength; i += PIECE_BYTES) {
    const piece = cipher.update(plaintext.subarray(i, i + PIECE_BYTES));
    at += text.write(piece.toString('base64'), at, 'latin1');
  }
  cipher.final();
  return cipher.getAuthTag();
}

/**
 * Opens into `out`, which is as long as the plaintext. Node may leave copies of some pieces in free memory, as
 * `open-without-residue.node.ts` explains.
 */
export function openGcm(out: Bytes, sealed: GcmEnvelope | GcmMessage, key: Bytes): void {
  const { nonce, tag, aad } = sealed;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, TAG);
  if (aad !== undefined) decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  let at = 0;
  ciphertextPieces(sealed, (ciphertext) => {
    const piece = decipher.update(ciphertext);
    out.set(piece, at);
    at += piece.byteLength;
    wipe(piece);
  });
  decipher.final();
}

/**
 * Decrypts AES-CBC with PKCS#7 padding.
 *
 * @throws the error of node:crypto when the padding is wrong
 */
export function openCbc({ key, iv, ciphertext }: CbcInput, memory: MemoryOptions): SecureByteContext {
  const parts = decrypt(createDecipheriv(`aes-${String(key.byteLength * 8)}-cbc`, key, iv), ciphertext);
  try {
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const plaintext = SecureByteContext.allocate(length, memory);
    plaintext.borrow((bytes) => {
      parts.reduce((at, part) => {
        bytes.set(part, at);
        return at + part.byteLength;
      }, 0);
    });
    return plaintext;
  } finally {
    parts.forEach(wipe);
  }
}

/** The plaintext in two parts: everything before the last block, and that block without its padding. */
function decrypt(decipher: Decipher, ciphertext: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const first = decipher.update(ciphertext);
  try {
    return [first, decipher.final()];
  } catch (error) {
    wipe(first);
    throw error;
  }
}
