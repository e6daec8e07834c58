/** Nothing is ever overwritten. */
import { lstat } from 'node:fs/promises';
import { KeyStoreError } from '@nomyo/keystore';
import { join } from 'node:path';

/** @throws {KeyStoreError} `KEY_FILE_EXISTS` when one of the files is there */
export async function refuseExisting(keyDir: string): Promise<void> {
  for (const [name, message] of FILES) {
    const path = join(keyDir, name);
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw new KeyStoreError('KEY_FILE_EXISTS', path, message);
  }
}

/** In the order of the search: a public key that is found is alone. */
const FILES: readonly (readonly [name: string, message: string])[] = [
  ['private_key.pem', 'it already exists, and is never overwritten'],
  [
    'public_key.pem',
    'its private_key.pem is missing. Restore that, or move this file away to have a new pair made',
  ],
];
