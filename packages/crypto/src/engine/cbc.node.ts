/** AES-CBC of Node: in `nomyo-native`, where the plaintext is born in locked memory, or through node:crypto. */
import { createDecipheriv } from 'node:crypto';
import { wipe } from '@nomyo/base';
import { findNativeCrypto, type Addon } from '../memory/addon.node.js';
import { LockedMemory } from '../memory/locked.node.js';
import {
  adoptMemory,
  SecureByteContext,
  type SecureByteContextOptions,
} from '../memory/secure-byte-context.js';
import type { CbcInput } from './engine.js';

/** One block can be padding alone, and the addon has no empty regions. */
const BLOCK_BYTES = 16;

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function openCbc(
  input: CbcInput,
  options: SecureByteContextOptions,
): Promise<SecureByteContext> {
  const isSuited = (options.secure ?? true) && input.ciphertext.byteLength > BLOCK_BYTES;
  const addon = isSuited ? findNativeCrypto() : undefined;
  return addon === undefined ? openWithNode(input, options) : openNative(addon, input);
}

function openNative(addon: Addon, input: CbcInput): SecureByteContext {
  const key = addon.SecureRegion.from(input.key);
  try {
    const plaintext = addon.aesCbcDecrypt(key, input.iv, input.ciphertext);
    return adoptMemory(new LockedMemory(plaintext, plaintext.view().byteLength));
  } finally {
    key.release();
  }
}

function openWithNode(
  { key, iv, ciphertext }: CbcInput,
  options: SecureByteContextOptions,
): SecureByteContext {
  const decipher = createDecipheriv(`aes-${String(key.byteLength * 8)}-cbc`, key, iv);
  const parts = [decipher.update(ciphertext)];
  try {
    parts.push(decipher.final());
    const plaintext = SecureByteContext.allocate(
      parts.reduce((length, part) => length + part.byteLength, 0),
      options,
    );
    plaintext.borrow((bytes) => {
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.byteLength;
      }
    });
    return plaintext;
  } finally {
    parts.forEach(wipe);
  }
}
