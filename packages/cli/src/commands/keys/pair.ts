/** The pair in a directory, as far as it is known without its password. */
import { inspectKeyFiles, KeyStoreError, type KeyPairInfo } from '@nomyo/keystore';
import { join } from 'node:path';

/** @throws {KeyStoreError} when there is no pair, or it cannot be read */
export async function readPair(keyDir: string): Promise<KeyPairInfo> {
  const pair = await inspectKeyFiles({ keyDir });
  if (pair !== undefined) return pair;
  const path = join(keyDir, 'private_key.pem');
  throw new KeyStoreError('KEY_FILE_UNREADABLE', path, 'it is not there; `nomyo keys generate` makes a pair');
}

/**
 * The public key, which a pair without its second file does not tell.
 *
 * @throws {KeyStoreError}
 */
export function publicOf(pair: KeyPairInfo): {
  readonly publicKeyPem: string;
  readonly fingerprint: string;
  readonly keySize: number;
} {
  const { publicKeyPem, fingerprint, keySize, publicKeyPath } = pair;
  if (publicKeyPem !== undefined && fingerprint !== undefined && keySize !== undefined) {
    return { publicKeyPem, fingerprint, keySize };
  }
  throw new KeyStoreError('KEY_FILE_UNREADABLE', publicKeyPath, 'it is missing; the next call recreates it');
}
