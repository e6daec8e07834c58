/** Node: AES through node:crypto, which leaves no copy of the key behind. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { base64DecodedLength, base64Length } from '../base64.js';
import { allocateBytes, wipe, type Bytes } from '../bytes.js';
import { SUITE } from '../envelope/suite.js';
import { findNativeCrypto, type Addon } from '../memory/addon.node.js';
import { LockedMemory } from '../memory/locked.node.js';
import {
  adoptMemory,
  SecureByteContext,
  type SecureByteContextOptions,
} from '../memory/secure-byte-context.js';
import type { GcmKey } from './engine.js';

export { openCbc } from './cbc.node.js';
export { rsa } from './rsa.node.js';

const CIPHER = 'aes-256-gcm';

/** Node takes a tag of 4 bytes unless it is told the length. */
const GCM_OPTIONS = { authTagLength: SUITE.tagBytes } as const;

/** Bytes that go through at once: larger pieces fall out of the processor's cache. A multiple of 3, for base64. */
const PIECE_BYTES = 48 * 1024;
const PIECE_CHARACTERS = base64Length(PIECE_BYTES);

/**
 * Largest payload that the addon opens, in bytes: more cannot be locked under the usual limit (RLIMIT_MEMLOCK, 8 MiB),
 * and the addon needs the whole ciphertext beside it.
 */
const MAX_NATIVE_BYTES = 8 * 1024 * 1024;

/** `-` and `_`, which RFC 4648 §5 has in place of `+` and `/`. */
const URL_ALPHABET = [0x2d, 0x5f] as const;

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function sealBase64(
  plaintext: Uint8Array,
  gcm: GcmKey,
  out: Bytes,
  offset: number,
): Promise<Bytes> {
  const cipher = createCipheriv(CIPHER, gcm.key, gcm.nonce, GCM_OPTIONS);
  const text = asBuffer(out);
  let at = offset;
  for (let i = 0; i < plaintext.byteLength; i += PIECE_BYTES) {
    const piece = cipher.update(plaintext.subarray(i, i + PIECE_BYTES));
    at += text.write(piece.toString('base64'), at, 'latin1');
  }
  cipher.final();
  const tag = allocateBytes(SUITE.tagBytes);
  tag.set(cipher.getAuthTag());
  return tag;
}

// eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
export async function openBase64(
  base64: Uint8Array,
  gcm: GcmKey,
  tag: Bytes,
  options: SecureByteContextOptions,
): Promise<SecureByteContext> {
  const length = base64DecodedLength(base64);
  const fitsAddon = length > 0 && length <= MAX_NATIVE_BYTES && (options.secure ?? true);
  const addon = fitsAddon ? findNativeCrypto() : undefined;
  if (addon !== undefined) return openNative(addon, decodeWhole(base64, length), gcm, tag);
  const plaintext = SecureByteContext.allocate(length, options);
  try {
    plaintext.borrow((bytes) => openInto(bytes, base64, gcm, tag));
    return plaintext;
  } catch (error) {
    plaintext.dispose();
    throw error;
  }
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

/**
 * Node decrypts into a buffer that is one byte too long, copies it into one that fits, and frees the first as it is:
 * a copy of an answer can stay in free memory until that is used again. Only the addon can do without.
 */
function openInto(out: Bytes, base64: Uint8Array, { key, nonce }: GcmKey, tag: Bytes): void {
  const decipher = createDecipheriv(CIPHER, key, nonce, GCM_OPTIONS);
  decipher.setAuthTag(tag);
  let at = 0;
  for (const ciphertext of decodePieces(base64)) {
    const piece = decipher.update(ciphertext);
    out.set(piece, at);
    at += piece.byteLength;
    wipe(piece);
  }
  decipher.final();
}

/** `Buffer` searches ten times as fast as `Uint8Array`. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return asBuffer(bytes).indexOf(byte, from);
}

/**
 * Node's own decoder is fast and lenient: it skips what is no base64 and takes the URL alphabet too. Whatever it
 * skips makes the result shorter, so the length and a look for `-` and `_` make it strict.
 */
export function isCanonicalBase64(text: Uint8Array): boolean {
  if (URL_ALPHABET.some((character) => indexOfByte(text, character, 0) !== -1)) return false;
  try {
    let length = 0;
    for (const piece of decodePieces(text)) length += piece.byteLength;
    return length === base64DecodedLength(text);
  } catch {
    return false;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeWhole(base64: Uint8Array, length: number): Bytes {
  const whole = allocateBytes(length);
  let at = 0;
  for (const piece of decodePieces(base64)) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function* decodePieces(base64: Uint8Array): Generator<Buffer> {
  const text = asBuffer(base64);
  const scratch = asBuffer(allocateBytes(Math.min(PIECE_BYTES, text.byteLength)));
  for (let i = 0; i < text.byteLength; i += PIECE_CHARACTERS) {
    const length = scratch.write(text.toString('latin1', i, i + PIECE_CHARACTERS), 'base64');
    yield scratch.subarray(0, length);
  }
}
