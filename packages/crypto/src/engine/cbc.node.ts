/** AES-CBC of Node: in `nomyo-native`, where the plaintext is born in locked memory, or through node:crypto. */
import { createDecipheriv } from 'node:crypto';
import { wipe } from '../bytes.js';
import { findAddon, type Addon } from '../memory/addon.node.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { CbcInput } from './engine.js';

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function openCbc(input: CbcInput, options: SecureByteContextOptions): Promise<SecureByteContext> {
  const { addon } = findAddon();
  const isNative = (options.secure ?? true) && addon?.info().nativeCrypto === true;
  return isNative ? openNative(addon, input, options) : openWithNode(input, options);
}

function openNative(addon: Addon, input: CbcInput, options: SecureByteContextOptions): SecureByteContext {
  const key = addon.SecureRegion.from(input.key);
  try {
    const plaintext = addon.aesCbcDecrypt(key, input.iv, input.ciphertext);
    try {
      return new SecureByteContext(plaintext.view(), options);
    } finally {
      plaintext.release();
    }
  } finally {
    key.release();
  }
}

function openWithNode({ key, iv, ciphertext }: CbcInput, options: SecureByteContextOptions): SecureByteContext {
  const decipher = createDecipheriv(`aes-${String(key.byteLength * 8)}-cbc`, key, iv);
  const parts = [decipher.update(ciphertext)];
  try {
    parts.push(decipher.final());
    const plaintext = SecureByteContext.allocate(parts.reduce((length, part) => length + part.byteLength, 0), options);
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
