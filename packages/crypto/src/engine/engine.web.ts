/** Browsers and everything else with WebCrypto: AES and RSA through `crypto.subtle`. */
import { base64DecodedLength, base64DecodeInto, base64EncodeInto } from '../base64.js';
import { allocateBytes, concatBytes, type Bytes } from '@nomyo/base';
import { SUITE } from '../envelope/suite.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaEngine } from '../rsa/unwrapper.js';
import { webCryptoRsa } from '../rsa/webcrypto.js';
import type { CbcInput, GcmKey } from './engine.js';

export { decodeBase64, encodeBase64 } from '../base64.js';

const TAG_BITS = SUITE.tagBytes * 8;

/** Browsers bring threads of their own for WebCrypto; two are there on nearly every device. */
const PARALLEL_UNWRAPS = 2;

export const rsa: RsaEngine = webCryptoRsa(() => PARALLEL_UNWRAPS);

export async function sealBase64(
  plaintext: Uint8Array,
  gcm: GcmKey,
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

export async function openBase64(
  base64: Uint8Array,
  gcm: GcmKey,
  tag: Bytes,
  options: SecureByteContextOptions,
): Promise<SecureByteContext> {
  const length = base64DecodedLength(base64);
  const sealed = allocateBytes(length + SUITE.tagBytes);
  base64DecodeInto(base64, sealed);
  sealed.set(tag, length);
  const key = await importKey(gcm.key, 'decrypt');
  return new SecureByteContext(await crypto.subtle.decrypt(parameters(gcm), key, sealed), options);
}

export async function openCbc(
  input: CbcInput,
  options: SecureByteContextOptions,
): Promise<SecureByteContext> {
  const { key, iv, ciphertext } = input;
  const imported = await crypto.subtle.importKey('raw', onArrayBuffer(key), 'AES-CBC', false, ['decrypt']);
  const parameters = { name: 'AES-CBC', iv: onArrayBuffer(iv) };
  const plaintext = await crypto.subtle.decrypt(parameters, imported, onArrayBuffer(ciphertext));
  return new SecureByteContext(plaintext, options);
}

export function searchable(bytes: Uint8Array): Uint8Array {
  return bytes;
}

export function isCanonicalBase64(text: Uint8Array): boolean {
  const scratch = allocateBytes(Math.ceil(text.byteLength / 4) * 3);
  try {
    base64DecodeInto(text, scratch);
    return true;
  } catch {
    return false;
  }
}

function importKey(key: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [usage]);
}

function parameters({ nonce }: GcmKey): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, tagLength: TAG_BITS };
}

/** WebCrypto takes no view of shared memory. */
function onArrayBuffer(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : concatBytes(bytes);
}
