/** Ed25519 keys for checkpoints (RFC 8032), as PEM: PKCS#8 and SPKI. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { InvalidArgumentError } from '@nomyo/base';
import { AuditError } from './errors.js';
import { CHECKPOINT_DOMAIN } from './verifier.node.js';

/** The files that {@link createAuditKey} writes. */
export interface AuditKeyFiles {
  /** Private key, for the writer of logs. Keep it away from anyone who might want to change them. */
  readonly privateKeyPath: string;
  /** Public key, for anyone who verifies logs. */
  readonly publicKeyPath: string;
}

/**
 * Makes a key that signs checkpoints. Nothing is overwritten.
 *
 * @returns the name of the key: `sha256/` and the base64 of the SHA-256 of the SPKI
 * @throws {AuditError} when either file already exists, or cannot be written
 * @example
 * createAuditKey({ privateKeyPath: 'audit_key.pem', publicKeyPath: 'audit_key.pub.pem' });
 */
export function createAuditKey({ privateKeyPath, publicKeyPath }: AuditKeyFiles): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  write(privateKeyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  write(publicKeyPath, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  return nameOf(publicKey);
}

function write(path: string, pem: string | Buffer, mode: number): void {
  try {
    writeFileSync(path, pem, { mode, flag: 'wx', flush: true });
  } catch (cause) {
    throw new AuditError(`${path} already exists, or cannot be written; it was not changed`, { cause });
  }
}

/**
 * Reads a private key.
 *
 * @param option name of the option that gave the path
 * @throws {AuditError} when the file cannot be read
 * @throws {InvalidArgumentError} when it holds no Ed25519 key
 */
export function readSigningKey(path: string, option: string): KeyObject {
  return ed25519(path, option, createPrivateKey);
}

/** Reads a public key, as {@link readSigningKey} reads a private one. */
export function readVerifyingKey(path: string, option: string): KeyObject {
  return ed25519(path, option, createPublicKey);
}

function ed25519(path: string, option: string, read: (pem: Buffer) => KeyObject): KeyObject {
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (cause) {
    throw new AuditError(`${path} cannot be read. Create a key with: nomyo audit init`, { cause });
  }
  try {
    const key = read(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // It is not a key in PEM.
  } finally {
    pem.fill(0);
  }
  throw new InvalidArgumentError(option, 'must be the path of an Ed25519 key in PEM');
}

/** The name of the key, and the function that signs checkpoints. */
export function signCheckpoint(privateKey: KeyObject): { key: string; sign: (text: string) => string } {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(CHECKPOINT_DOMAIN + text);
  return {
    key: nameOf(createPublicKey(privateKey)),
    sign: (text) => sign(null, bytes(text), privateKey).toString('base64'),
  };
}

/** A key for the hashes of API keys, which only the holder of the signing key can derive. */
export function apiKeyHashKey(privateKey: KeyObject): Uint8Array {
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return new Uint8Array(hkdfSync('sha256', secret, '', 'nomyo/audit api keys', 32));
  } finally {
    secret.fill(0);
  }
}

function nameOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
