/** Ed25519 keys of root and signer: PKCS#8 in PEM, which openssl reads too. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from '@nomyo/base';
import { decodePem, encodePem, PEM_LABEL } from '@nomyo/crypto';
import type { SigningKey } from '@nomyo/protocol-v2';
import { UsageError } from '../../usage-error.js';
import type { NamedFile } from '../files/private-file.js';

/** RFC 8410 §4: an Ed25519 SPKI is 12 bytes of algorithm, then the 32 bytes of the key. */
const SPKI_HEAD_BYTES = 12;

/** A new private key. */
export function generateEd25519(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** The caller wipes it. */
export function privateKeyPem(key: KeyObject): Uint8Array {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  try {
    return encodePem(PEM_LABEL.privateKey, der);
  } finally {
    der.fill(0);
  }
}

/** @throws {UsageError} when the first block is no Ed25519 private key; the message quotes nothing of it */
export function readPrivateKeyPem({ option, path }: NamedFile, pem: Uint8Array): KeyObject {
  let der: Uint8Array | undefined;
  try {
    der = decodePem(pem).der;
    const key = createPrivateKey({
      key: Buffer.from(der.buffer, der.byteOffset, der.byteLength),
      format: 'der',
      type: 'pkcs8',
    });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Reported below: the parser's message could quote the file.
  } finally {
    der?.fill(0);
  }
  throw new UsageError(`${option} ${path} holds no Ed25519 private key`);
}

/** The 32 bytes of the public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD_BYTES);
}

/** A signing key for `@nomyo/protocol-v2`: the private key stays in OpenSSL's memory. */
export function signWith(key: KeyObject): Pick<SigningKey, 'sign'> {
  return { sign: (message) => Promise.resolve(concatBytes(sign(null, message, key))) };
}
