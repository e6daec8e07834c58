// Key pairs that are made once and used by many.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns PEM of both halves */
export function makePair(modulusLength) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
  };
}

/** As a client keeps it. */
export function writePair(keyDir, { privateKey, publicKey }) {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(keyDir, 'private_key.pem'), privateKey, { mode: 0o600 });
  writeFileSync(join(keyDir, 'public_key.pem'), publicKey);
}
