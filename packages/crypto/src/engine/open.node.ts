/** Opening on Node: in the addon, else masked, else, where that would cost too much, as Node does it. */
import { createDecipheriv } from 'node:crypto';
import { base64DecodedLength } from '../base64.js';
import { wipe, type Bytes } from '@nomyo/base';
import { SUITE } from '../envelope/suite.js';
import { findNativeCrypto, type Addon } from '../memory/addon.node.js';
import { LockedMemory } from '../memory/locked.node.js';
import { reuse } from '../memory/ordinary.js';
import { adoptMemory, SecureByteContext } from '../memory/secure-byte-context.js';
import { decodePieces, decodeWhole } from './base64.node.js';
import type { GcmKey, OpenMemory } from './engine.js';
import { openMasked } from './masked-open.node.js';

/**
 * Largest payload that the addon opens, in bytes: more cannot be locked under the usual limit (RLIMIT_MEMLOCK, 8 MiB),
 * and the addon needs the whole ciphertext beside it.
 */
const MAX_NATIVE_BYTES = 8 * 1024 * 1024;

/** Largest payload that is opened under a mask, in bytes: that takes about three times as long as without. */
const MAX_MASKED_BYTES = 1024 * 1024;

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function openBase64(
  base64: Uint8Array,
  gcm: GcmKey,
  tag: Bytes,
  options: OpenMemory,
): Promise<SecureByteContext> {
  const length = base64DecodedLength(base64);
  const isProtected = options.secure ?? true;
  const addon = isProtected && length > 0 && length <= MAX_NATIVE_BYTES ? findNativeCrypto() : undefined;
  if (addon !== undefined) return openNative(addon, decodeWhole(base64, length), gcm, tag);
  const isMasked = isProtected && length <= MAX_MASKED_BYTES;
  const openInto = isMasked ? openMasked : openPlain;
  const plaintext =
    (isMasked ? undefined : inPlace(base64, length, options)) ?? SecureByteContext.allocate(length, options);
  try {
    plaintext.borrow((bytes) => openInto(bytes, base64, gcm, tag));
    return plaintext;
  } catch (error) {
    plaintext.dispose();
    throw error;
  }
}

/** The start of the base64's own memory, when that may be used up. What is written there has been read before. */
function inPlace(
  base64: Uint8Array,
  length: number,
  { secure = true, consume = false }: OpenMemory,
): SecureByteContext | undefined {
  if (!consume || !(base64.buffer instanceof ArrayBuffer)) return undefined;
  return adoptMemory(reuse(new Uint8Array(base64.buffer, base64.byteOffset, length), secure));
}

/** The plaintext is born in locked memory. */
function openNative(addon: Addon, ciphertext: Bytes, { key, nonce }: GcmKey, tag: Bytes): SecureByteContext {
  const region = addon.SecureRegion.from(key);
  try {
    const plaintext = addon.aesGcmOpen(region, nonce, ciphertext, tag);
    return adoptMemory(new LockedMemory(plaintext, ciphertext.byteLength));
  } finally {
    region.release();
  }
}

/** What `masked-open.node.ts` says of Node holds here: a copy of some pieces can stay in free memory. */
function openPlain(out: Bytes, base64: Uint8Array, { key, nonce }: GcmKey, tag: Bytes): void {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: SUITE.tagBytes });
  decipher.setAuthTag(tag);
  let at = 0;
  decodePieces(base64, (ciphertext) => {
    const piece = decipher.update(ciphertext);
    out.set(piece, at);
    at += piece.byteLength;
    wipe(piece);
  });
  decipher.final();
}
