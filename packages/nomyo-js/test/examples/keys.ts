/** RSA keys of node:crypto for the examples: their numbers are known, so that a scan can look for them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { RsaPrivateKey } from '@nomyo/crypto';

export interface KnownKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8 DER. */
  readonly pkcs8: Buffer;
}

export function knownKey(modulusLength = 2048): KnownKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { privateKey, publicKey, pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

export function keySourceOf(key: KnownKey): Promise<RsaPrivateKey> {
  return RsaPrivateKey.fromPkcs8(key.pkcs8);
}
