/** The root: an Ed25519 key created once, kept offline, and pinned by clients. */
import type { KeyObject } from 'node:crypto';
import { formatPin } from '@nomyo/protocol-v2';
import { createPrivateFile, readPrivateFile } from '../files/private-file.js';
import { generateEd25519, privateKeyPem, rawPublicKey, readPrivateKeyPem } from './ed25519.js';

/**
 * @returns the pin
 * @throws {UsageError} when the file exists, or cannot be written
 */
export async function createRoot(path: string): Promise<string> {
  const key = generateEd25519();
  const pem = privateKeyPem(key);
  try {
    await createPrivateFile({ option: '--output', path }, pem);
  } finally {
    pem.fill(0);
  }
  return formatPin(rawPublicKey(key));
}

/** @throws {UsageError} when it is no Ed25519 key, or others can read it */
export async function readRoot(path: string): Promise<KeyObject> {
  const file = { option: '--root', path };
  const pem = await readPrivateFile(file);
  try {
    return readPrivateKeyPem(file, pem);
  } finally {
    pem.fill(0);
  }
}
