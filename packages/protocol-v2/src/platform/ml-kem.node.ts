/** ML-KEM-768 (FIPS 203): OpenSSL's through node:crypto from Node 24.7 on, @noble/post-quantum's below. */
import * as nodeCrypto from 'node:crypto';
import { allocateBytes, bytesOf, concatBytes, wipe, type Bytes } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { privateKeyOf, publicKeyOf } from './raw-keys.node.js';

/** Encapsulates to one key, as often as it is called. */
export type MlKemRecipient = () => { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array };

/** An imported private key. */
export interface MlKemHolder {
  readonly decapsulate: (cipherText: Uint8Array) => Uint8Array;
  /** Wipes our own memory; OpenSSL wipes its copy when the key object is collected. */
  readonly dispose: () => void;
}

interface MlKem {
  readonly name: string;
  /** Imports a public key. Worth caching: with node:crypto it takes twice as long as an encapsulation. */
  recipient: (publicKey: Uint8Array) => MlKemRecipient;
  /** Imports a private key. @param seed `d ‖ z`, 64 bytes; no longer needed afterwards */
  holder: (seed: Uint8Array) => MlKemHolder;
  publicKey: (seed: Uint8Array) => Bytes;
}

const PUBLIC_BYTES = 1_184;
/** RFC 9935: SubjectPublicKeyInfo of id-alg-ml-kem-768, up to the key. */
const SPKI = bytesOf(
  ...[0x30, 0x82, 0x04, 0xb2, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x02],
  ...[0x03, 0x82, 0x04, 0xa1, 0x00],
);
/** RFC 9935: PKCS#8 that holds the seed alone, up to the seed. */
const PKCS8 = bytesOf(
  ...[
    0x30, 0x54, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04,
    0x02,
  ],
  ...[0x04, 0x42, 0x80, 0x40],
);

const inJavaScript: MlKem = {
  name: '@noble/post-quantum',
  recipient: (publicKey) => () => ml_kem768.encapsulate(publicKey),
  holder: (seed) => {
    const secretKey = new SecureByteContext(ml_kem768.keygen(seed).secretKey);
    return {
      decapsulate: (cipherText) => secretKey.borrow((key) => ml_kem768.decapsulate(cipherText, key)),
      dispose: () => {
        secretKey.dispose();
      },
    };
  },
  publicKey: (seed) => {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    wipe(secretKey);
    return concatBytes(publicKey);
  },
};

type Encapsulate = (key: nodeCrypto.KeyObject) => { sharedKey: Buffer; ciphertext: Buffer };
type Decapsulate = (key: nodeCrypto.KeyObject, ciphertext: Uint8Array) => Buffer;

const isEncapsulate = (value: unknown): value is Encapsulate => typeof value === 'function';
const isDecapsulate = (value: unknown): value is Decapsulate => typeof value === 'function';

/** node:crypto's, or `undefined` where this Node (or its OpenSSL) has none. */
function native(): MlKem | undefined {
  // Through Reflect: the oldest supported Node does not declare them.
  const encapsulate: unknown = Reflect.get(nodeCrypto, 'encapsulate');
  const decapsulate: unknown = Reflect.get(nodeCrypto, 'decapsulate');
  if (!isEncapsulate(encapsulate) || !isDecapsulate(decapsulate) || !hasMlKem()) return undefined;
  return {
    name: 'node:crypto',
    recipient: (raw) => {
      const key = publicKeyOf(SPKI, raw);
      return () => {
        const { sharedKey, ciphertext } = encapsulate(key);
        return { sharedSecret: sharedKey, cipherText: ciphertext };
      };
    },
    holder: (seed) => {
      const key = privateKeyOf(PKCS8, seed);
      return { decapsulate: (cipherText) => decapsulate(key, cipherText), dispose: () => undefined };
    },
    publicKey: (seed) => {
      const key = nodeCrypto.createPublicKey(privateKeyOf(PKCS8, seed));
      return concatBytes(key.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_BYTES));
    },
  };
}

/** OpenSSL has ML-KEM since 3.5; Node may be linked against an older one. */
function hasMlKem(): boolean {
  const seed = allocateBytes(64);
  try {
    privateKeyOf(PKCS8, seed);
    return true;
  } catch {
    return false;
  }
}

let chosen: MlKem | undefined;

/** The implementation of this process. */
export function mlKem(): MlKem {
  chosen ??= native() ?? inJavaScript;
  return chosen;
}
