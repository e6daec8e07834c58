/** The secret of the hashes of API keys, where no signing key is one. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from '@nomyo/base';
import { AuditError } from './errors.js';
import { codeOf } from './system.js';

const KEY_BYTES = 32;

/**
 * Next to the log: the hashes of API keys are the same in every run. It is there as a whole or not at all: with half a
 * secret, hashes could be guessed.
 *
 * @throws {AuditError} when it is damaged; an error of the system when it cannot be read or made
 */
export function storedHashKey(file: string): Uint8Array {
  const path = `${file}.hmac-key`;
  const key = read(path) ?? make(path);
  if (key.byteLength === KEY_BYTES) return key;
  throw new AuditError(
    `${path} is damaged. Remove it: hashes of API keys begin anew, and cannot be compared`,
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

/** The holder of the log's lock is alone here. */
function make(path: string): Uint8Array {
  const key = randomBytes(KEY_BYTES);
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, key, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(beside, path);
  return key;
}

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
