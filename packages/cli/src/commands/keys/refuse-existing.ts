/** Nothing is ever overwritten. */
import { lstat } from 'node:fs/promises';
import { KeyStoreError } from '@nomyo/keystore';
import type { PairFacts } from './pair.js';

/** @throws {KeyStoreError} `KEY_FILE_EXISTS` when one of the files is there */
export async function refuseExisting(
  paths: Pick<PairFacts, 'privateKeyPath' | 'publicKeyPath'>,
): Promise<void> {
  for (const path of [paths.privateKeyPath, paths.publicKeyPath]) {
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isThere) {
      throw new KeyStoreError('KEY_FILE_EXISTS', path, 'it is there already, and is never overwritten');
    }
  }
}
