/** RSA keys of node:crypto, whose numbers are known, so that a scan can look for them; and clients without a key. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { RsaPrivateKey, type KeySource } from '@nomyo/crypto';
import type { Router } from '@nomyo/router/testing';
import { SecureChatCompletion } from '../../src/index.js';
import { later } from '../support.js';

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

/** A client whose private key is elsewhere. */
export function clientWith(to: Router, keys: KeySource): SecureChatCompletion {
  const tls = to.ca === undefined ? {} : { tls: { ca: to.ca } };
  const made = new SecureChatCompletion({ baseUrl: to.url, keys, maxRetries: 0, timeout: 20_000, ...tls });
  later(() => made.dispose());
  return made;
}
