/** Nothing is ever overwritten. */
import { lstat } from 'node:fs/promises';
import { KeyStoreError } from '@nomyo/keystore';
import { join } from 'node:path';

/** @throws {KeyStoreError} `KEY_FILE_EXISTS` when one of the files is there */
export async function refuseExisting(keyDir: string): Promise<void> {
  for (const path of [join(keyDir, 'private_key.pem'), join(keyDir, 'public_key.pem')]) {
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isThere) {
      throw new KeyStoreError('KEY_FILE_EXISTS', path, 'it is there already, and is never overwritten');
    }
  }
}
