/** Raw keys as key objects. The prefixes are the fixed DER of RFC 8410 and RFC 9935 in front of the raw bytes. */
import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { bytesOf, concatBytes, isBytes, wipe, type Bytes } from '@nomyo/base';

const X25519_OID_END = 0x6e;
const ED25519_OID_END = 0x70;

const pkcs8Of = (oidEnd: number): Bytes =>
  bytesOf(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, oidEnd, 0x04, 0x22, 0x04, 0x20);

/** From 32 raw bytes (RFC 7748). */
export function publicX25519(raw: Uint8Array): KeyObject {
  return importRaw('x25519', raw) ?? publicOkp('X25519', raw);
}

/** From 32 raw bytes (RFC 7748). The caller wipes them. */
export function privateX25519(raw: Uint8Array): KeyObject {
  return privateKeyOf(pkcs8Of(X25519_OID_END), raw);
}

/** From 32 raw bytes (RFC 8032). */
export function publicEd25519(raw: Uint8Array): KeyObject {
  return publicOkp('Ed25519', raw);
}

/** From the seed of 32 bytes (RFC 8032). The caller wipes it. */
export function privateEd25519(seed: Uint8Array): KeyObject {
  return privateKeyOf(pkcs8Of(ED25519_OID_END), seed);
}

/** RFC 8037. OpenSSL's decoder of DER takes twelve times as long in Node 20. */
function publicOkp(crv: 'X25519' | 'Ed25519', raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' });
}

/** The 32 raw bytes of a public key, or of the one that belongs to a private key. */
export function rawPublic(key: KeyObject): Bytes {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return concatBytes(exportRaw(publicKey) ?? derOf(publicKey).subarray(-32));
}

// As JWK it would be fast everywhere, but in Node 20 that export can deadlock after key generation.
function derOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

let canImportRaw = true;

/** In a Node that has this format (24.15), without a text of base64 in between; `undefined` where it is unknown. */
function importRaw(asymmetricKeyType: 'x25519', raw: Uint8Array): KeyObject | undefined {
  if (!canImportRaw) return undefined;
  try {
    // Through Reflect: the oldest supported Node does not declare it.
    const key: unknown = Reflect.apply(createPublicKey, undefined, [
      { key: raw, format: 'raw-public', asymmetricKeyType },
    ]);
    if (key instanceof KeyObject) return key;
  } catch {
    canImportRaw = false;
  }
  return undefined;
}

let canExportRaw = true;

/** Of a Node that has this format (24.15), in a sixteenth of the time; `undefined` where it is unknown. */
function exportRaw(key: KeyObject): Uint8Array | undefined {
  if (!canExportRaw) return undefined;
  try {
    // Through Reflect: the oldest supported Node does not declare it.
    const asRaw: unknown = Reflect.get(key, 'export');
    const raw: unknown =
      typeof asRaw === 'function' ? Reflect.apply(asRaw, key, [{ format: 'raw-public' }]) : undefined;
    if (isBytes(raw)) return raw;
  } catch {
    canExportRaw = false;
  }
  return undefined;
}

/** A key object of `prefix ‖ raw`, an SPKI. */
export function publicKeyOf(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  const key = Buffer.from(concatBytes(prefix, raw).buffer);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** A key object of `prefix ‖ raw`, a PKCS#8, which is wiped. */
export function privateKeyOf(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  const key = Buffer.from(concatBytes(prefix, raw).buffer);
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } finally {
    wipe(key);
  }
}
