/** The runtime of browsers and everything else with WebCrypto. See the table in `runtime.ts`. */
import { allocateBytes, concatBytes, isArrayBuffer, type Bytes } from '@nomyo/base';
import {
  base64DecodedLength,
  base64DecodeInto,
  base64EncodeInto,
  decodeBase64,
  encodeBase64,
} from '../base64.js';
import type { MemoryOptions } from '../memory/backend.js';
import { refuseOrdinaryMemory } from '../memory/ordinary.js';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import { webCryptoPrivateKeys } from '../rsa/webcrypto.js';
import { SUITE } from '../suite.js';
import type { CbcInput, GcmEnvelope, GcmInput, GcmMessage, GcmTag, PrivateKeys } from './runtime.js';

export { decodeBase64, encodeBase64 };

const TAG_BITS = SUITE.tagBytes * 8;

/** Browsers run WebCrypto on threads of their own; nearly every device has at least two. */
const PARALLEL_UNWRAPS = 2;

/** Private keys as `CryptoKey` objects of the runtime. */
export const privateKeys: PrivateKeys = /* @__PURE__ */ webCryptoPrivateKeys(() => PARALLEL_UNWRAPS);

/** Seals with AES-256-GCM, and writes ciphertext and tag as base64 into `out`. */
export async function sealBase64(
  plaintext: Uint8Array,
  gcm: GcmInput,
  out: Bytes,
  offset: number,
): Promise<Bytes> {
  const key = await importKey(gcm.key, 'encrypt');
  const sealed = await crypto.subtle.encrypt(parameters(gcm), key, onArrayBuffer(plaintext));
  // WebCrypto appends the tag to the ciphertext.
  const ciphertext = new Uint8Array(sealed, 0, plaintext.byteLength);
  base64EncodeInto(ciphertext, out, offset);
  return new Uint8Array(sealed.slice(plaintext.byteLength));
}

/** Opens AES-256-GCM by WebCrypto, whose own copies cannot be wiped. */
export async function openGcm(
  sealed: GcmEnvelope | GcmMessage,
  key: SecureByteContext,
  memory: MemoryOptions,
): Promise<SecureByteContext> {
  refuseOrdinaryMemory(memory, 'the plaintext');
  const length = 'base64' in sealed ? base64DecodedLength(sealed.base64) : sealed.ciphertext.byteLength;
  // WebCrypto expects the tag after the ciphertext.
  const message = allocateBytes(length + SUITE.tagBytes);
  if ('base64' in sealed) base64DecodeInto(sealed.base64, message);
  else message.set(sealed.ciphertext);
  message.set(sealed.tag, length);
  const imported = await key.borrow((bytes) => importKey(bytes, 'decrypt'));
  return new SecureByteContext(await crypto.subtle.decrypt(parameters(sealed), imported, message), memory);
}

/** Decrypts the AES-CBC of a key file by WebCrypto, whose own copies cannot be wiped. */
export async function openCbc(
  { key, iv, ciphertext }: CbcInput,
  memory: MemoryOptions,
): Promise<SecureByteContext> {
  refuseOrdinaryMemory(memory, 'the plaintext');
  const imported = await crypto.subtle.importKey('raw', onArrayBuffer(key), 'AES-CBC', false, ['decrypt']);
  const parameters = { name: 'AES-CBC', iv: onArrayBuffer(iv) };
  const plaintext = await crypto.subtle.decrypt(parameters, imported, onArrayBuffer(ciphertext));
  return new SecureByteContext(plaintext, memory);
}

/** Returns the bytes unchanged: this runtime has nothing that searches faster. */
export function searchable(bytes: Uint8Array): Uint8Array {
  return bytes;
}

/** Reports whether the text is canonical base64 (RFC 4648 §4): padded, and with no bits left over. */
export function isCanonicalBase64(text: Uint8Array): boolean {
  try {
    decodeBase64(text);
    return true;
  } catch {
    return false;
  }
}

function importKey(key: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [usage]);
}

function parameters({ nonce, aad }: Pick<GcmTag, 'nonce' | 'aad'>): AesGcmParams {
  const associated = aad === undefined ? {} : { additionalData: onArrayBuffer(aad) };
  return { name: 'AES-GCM', iv: nonce, tagLength: TAG_BITS, ...associated };
}

/** The bytes, copied if they are in shared memory, of which WebCrypto accepts no view. */
function onArrayBuffer(bytes: Uint8Array): Bytes {
  const { buffer, byteOffset, byteLength } = bytes;
  return isArrayBuffer(buffer) ? new Uint8Array(buffer, byteOffset, byteLength) : concatBytes(bytes);
}
