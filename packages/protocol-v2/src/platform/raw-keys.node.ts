/** Raw keys as key objects. The prefixes are the fixed DER of RFC 8410 and RFC 9935 in front of the raw bytes. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';

const X25519_OID_END = 0x6e;
const ED25519_OID_END = 0x70;

const spkiOf = (oidEnd: number): Bytes =>
  bytesOf(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, oidEnd, 0x03, 0x21, 0x00);
const pkcs8Of = (oidEnd: number): Bytes =>
  bytesOf(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, oidEnd, 0x04, 0x22, 0x04, 0x20);

export function publicX25519(raw: Uint8Array): KeyObject {
  return publicKeyOf(spkiOf(X25519_OID_END), raw);
}

export function privateX25519(raw: Uint8Array): KeyObject {
  return privateKeyOf(pkcs8Of(X25519_OID_END), raw);
}

export function publicEd25519(raw: Uint8Array): KeyObject {
  return publicKeyOf(spkiOf(ED25519_OID_END), raw);
}

export function privateEd25519(seed: Uint8Array): KeyObject {
  return privateKeyOf(pkcs8Of(ED25519_OID_END), seed);
}

/** The 32 raw bytes of a public key, or of the one that belongs to a private key. */
export function rawPublic(key: KeyObject): Bytes {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return concatBytes(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
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
