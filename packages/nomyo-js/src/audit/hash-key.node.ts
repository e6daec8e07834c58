/** The secret of the hashes of API keys, where no signing key is one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from '@nomyo/base';
import { codeOf } from './system.js';

/** Beside the log: the hashes of API keys are the same in every run. */
export function storedHashKey(file: string): Uint8Array {
  const path = `${file}.hmac-key`;
  try {
    writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return readFileSync(path);
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
