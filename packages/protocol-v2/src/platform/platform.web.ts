/** The primitives in browsers, Deno and Bun: WebCrypto. */
import { bytesOf, concatBytes, isArrayBuffer, wipe, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import type { SuiteId } from '../facts.js';
import { borrowingDecapsulator, hpkeDecapsulate, hpkeEncapsulate } from './hpke-kem.js';
import type { Encapsulation, FrameCipher, KemPair, Platform } from './platform.js';

const GCM = 'AES-GCM';
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** WebCrypto takes bytes on an ordinary buffer only; a view on a shared one is copied. */
function plain(bytes: Uint8Array): Bytes {
  return isArrayBuffer(bytes.buffer)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : concatBytes(bytes);
}

async function frameCipher(key: Bytes, memory: SecureByteContextOptions = {}): Promise<FrameCipher> {
  let kept: CryptoKey | undefined = await crypto.subtle.importKey('raw', key, GCM, false, [
    'encrypt',
    'decrypt',
  ]);
  const held = (): CryptoKey => {
    if (kept === undefined) throw new TypeError('this cipher was disposed of');
    return kept;
  };
  const options = (iv: Bytes, data: Uint8Array): AesGcmParams => ({
    name: GCM,
    iv,
    additionalData: plain(data),
  });
  return {
    seal: async (nonce, data, plaintext, out) => {
      out.set(new Uint8Array(await crypto.subtle.encrypt(options(nonce, data), held(), plain(plaintext))));
    },
    open: async (nonce, data, sealed) => {
      const kind = held();
      const opening = crypto.subtle.decrypt(options(nonce, data), kind, plain(sealed));
      const plaintext = await opening.catch(() => undefined);
      return plaintext === undefined ? undefined : new SecureByteContext(plaintext, memory);
    },
    dispose: () => {
      kept = undefined;
    },
  };
}

async function hmacSha256(key: Uint8Array, ...data: readonly Uint8Array[]): Promise<Bytes> {
  // WebCrypto refuses a key of no bytes; HMAC pads keys with zeros, so that one zero byte is the same key (RFC 2104).
  const bytes = key.byteLength === 0 ? bytesOf(0) : plain(key);
  const imported = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
  const whole = concatBytes(...data);
  try {
    return new Uint8Array(await crypto.subtle.sign(HMAC, imported, whole));
  } finally {
    wipe(whole);
  }
}

async function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', plain(publicKey), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, plain(signature), plain(message));
}

const PKCS8 = (oidEnd: number): Bytes =>
  bytesOf(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, oidEnd, 0x04, 0x22, 0x04, 0x20);
const ED25519_OID_END = 0x70;
const X25519_OID_END = 0x6e;

/** A private key of its raw bytes. `extractable` only where the public key has to be derived from it. */
async function importPrivate(
  algorithm: 'Ed25519' | 'X25519',
  raw: Uint8Array,
  extractable: boolean,
): Promise<CryptoKey> {
  const isSigning = algorithm === 'Ed25519';
  const pkcs8 = concatBytes(PKCS8(isSigning ? ED25519_OID_END : X25519_OID_END), raw);
  try {
    const usages: KeyUsage[] = isSigning ? ['sign'] : ['deriveBits'];
    return await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, extractable, usages);
  } finally {
    wipe(pkcs8);
  }
}

async function derivePublic(algorithm: 'Ed25519' | 'X25519', raw: Uint8Array): Promise<Bytes> {
  // WebCrypto has no other way to a public key than the JWK of the private one.
  const jwk = await crypto.subtle.exportKey('jwk', await importPrivate(algorithm, raw, true));
  const text = atob((jwk.x ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return bytesOf(...Array.from(text, (character) => character.charCodeAt(0)));
}

async function sign(seed: Uint8Array, message: Uint8Array): Promise<Bytes> {
  const key = await importPrivate('Ed25519', seed, false);
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, plain(message)));
}

/** Whether WebCrypto has ML-KEM-768 and SHA3-256, which `hpke` puts together with X25519. */
function hasMlKem(): boolean {
  const supports: unknown = Reflect.get(globalThis.SubtleCrypto, 'supports');
  const asks = (operation: string, name: string): boolean =>
    typeof supports === 'function' &&
    Reflect.apply(supports, globalThis.SubtleCrypto, [operation, name]) === true;
  return asks('encapsulateBits', 'ML-KEM-768') && asks('digest', 'SHA3-256');
}

/** Suite 1 in JavaScript. */
function encapsulateInJavaScript(publicKey: Uint8Array): Encapsulation {
  const { cipherText, sharedSecret } = ml_kem768_x25519.encapsulate(publicKey);
  const encapsulation = { enc: concatBytes(cipherText), sharedSecret: concatBytes(sharedSecret) };
  wipe(sharedSecret);
  return encapsulation;
}

function decapsulateInJavaScript(pair: KemPair, enc: Uint8Array): Bytes {
  const secret = ml_kem768_x25519.decapsulate(enc, pair.privateKey);
  const copy = concatBytes(secret);
  wipe(secret);
  return copy;
}

function isInJavaScript(suite: SuiteId): boolean {
  return suite === 1 && !hasMlKem();
}

/** WebCrypto, and JavaScript for ML-KEM where WebCrypto has none. */
export const platform: Platform = {
  frameCipher,
  sha256: async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', plain(data))),
  hmacSha256,
  verify,
  sign,
  signingPublicKey: (seed) => derivePublic('Ed25519', seed),
  mlKem: () => (hasMlKem() ? 'WebCrypto' : '@noble/post-quantum'),
  encapsulate: (suite, publicKey) =>
    isInJavaScript(suite) ? encapsulateInJavaScript(publicKey) : hpkeEncapsulate(suite, publicKey),
  decapsulator: (suite, key, publicKey) =>
    borrowingDecapsulator(key, publicKey, (pair, enc) =>
      isInJavaScript(suite) ? decapsulateInJavaScript(pair, enc) : hpkeDecapsulate(suite, pair, enc),
    ),
  kemPublicKey: (suite, key) =>
    suite === 1 ? concatBytes(ml_kem768_x25519.getPublicKey(key)) : derivePublic('X25519', key),
};
