/**
 * ML-KEM-768 (FIPS 203) from the platform where it has it (Node 24.7 and later, OpenSSL 3.5), else from
 * `@noble/post-quantum`, which promises no constant time: a gateway in production runs on the former (SPEC §3).
 */
import * as platform from 'node:crypto';
import { concatBytes, wipe } from '@nomyo/base';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

/** Sizes in bytes (FIPS 203, table 3). */
export const ML_KEM = { seed: 64, publicKey: 1184, ciphertext: 1088 } as const;

/** PKCS#8 of a key that is its seed (RFC 9935 §6): everything in front of the 64 bytes. */
const PKCS8_HEAD = '3054020100300b060960864801650304040204428040';

type Decapsulate = (key: platform.KeyObject, ciphertext: Uint8Array) => Uint8Array;

const native = nativeDecapsulate();

/** Whether private keys are used by constant-time native code. */
export const isMlKemNative: boolean = native !== undefined;

/** The public key of a seed (d ‖ z). */
export function mlKemPublicKey(seed: Uint8Array): Uint8Array {
  const { publicKey, secretKey } = ml_kem768.keygen(seed);
  wipe(secretKey);
  return publicKey;
}

/** The shared secret, 32 bytes. The caller wipes it. */
export function mlKemDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (native === undefined) return portableDecapsulate(seed, ciphertext);
  // eslint-disable-next-line nomyo/no-heap-secrets -- a constant
  const der = concatBytes(Buffer.from(PKCS8_HEAD, 'hex'), seed);
  try {
    return native(privateKeyFrom(der), ciphertext);
  } finally {
    wipe(der);
  }
}

function portableDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const { secretKey } = ml_kem768.keygen(seed);
  try {
    return ml_kem768.decapsulate(ciphertext, secretKey);
  } finally {
    wipe(secretKey);
  }
}

export function privateKeyFrom(der: Uint8Array): platform.KeyObject {
  const key = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  return platform.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** Types of Node 20 do not know it yet. */
function nativeDecapsulate(): Decapsulate | undefined {
  const found: unknown = Reflect.get(platform, 'decapsulate');
  if (!isFunction(found)) return undefined;
  return (key, ciphertext) => {
    const secret = found(key, ciphertext);
    if (ArrayBuffer.isView(secret) && Buffer.isBuffer(secret)) return secret;
    throw new TypeError('the platform gave no shared secret');
  };
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}
