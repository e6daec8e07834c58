/** The secret for the hashes of API keys, if there is no signing key to derive it from. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from '@nomyo/base';
import { AuditError } from './errors.js';
import { codeOf } from './system.js';

const KEY_BYTES = 32;

/**
 * Reads the secret next to the log, or makes it, so that hashes of API keys are the same in every run. The file is
 * complete or does not exist: with half a secret, hashes could be guessed.
 *
 * @throws {AuditError} when the file is damaged; an error of the system when it cannot be read or written
 */
export function storedHashKey(file: string): Uint8Array {
  const path = `${file}.hmac-key`;
  const key = read(path) ?? make(path);
  if (key.byteLength === KEY_BYTES) return key;
  throw new AuditError(
    `${path} is damaged. Remove it to have a new one made; hashes of API keys before and after then differ`,
  );
}

function read(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the file. The caller holds the log's lock, so no other process does the same. */
function make(path: string): Uint8Array {
  const key = randomBytes(KEY_BYTES);
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, key, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(beside, path);
  return key;
}

/** The bytes in lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
