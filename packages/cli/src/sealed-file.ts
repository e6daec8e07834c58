/** Files that only the holder of a private key can read. */
import { open } from 'node:fs/promises';
import { SecurityError, wipe } from '@nomyo/base';
import { RsaPublicKey, sealEnvelope, serializeJson } from '@nomyo/crypto';
import { UsageError } from './exit/codes.js';
import { codeOf, readBytes } from './io/file.js';

const PRIVATE_MODE = 0o600;

/** @throws {UsageError} when the file cannot be read, or holds no RSA public key */
export async function readPublicKey(path: string, flag: string): Promise<RsaPublicKey> {
  const pem = await readBytes(path, `${flag}: ${path}`);
  try {
    // Of PKCS#8, encrypted or not, and of older forms. It is not even decoded.
    if (pem.includes('PRIVATE KEY-----')) {
      throw new UsageError(`${flag}: ${path} holds a private key; name the public key of the pair`);
    }
    return await RsaPublicKey.fromPem(pem);
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    throw new UsageError(`${flag}: ${path} is not an RSA public key in PEM: ${error.message}`);
  } finally {
    wipe(pem);
  }
}

/** @throws {UsageError} when the file is there already, or cannot be written */
export async function writeSealed(path: string, value: object, recipient: RsaPublicKey): Promise<void> {
  const envelope = await serializeJson(value).use((json) => sealEnvelope(json, recipient));
  try {
    // 'wx': nothing is ever overwritten.
    const file = await open(path, 'wx', PRIVATE_MODE);
    try {
      await file.writeFile(envelope);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(`${path} cannot be written (${codeOf(error)})`);
  }
}
