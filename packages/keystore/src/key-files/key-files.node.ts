/** Key files outside a store, on Node. */
import { dirname, resolve } from 'node:path';
import type { KeySize } from '@nomyo/crypto';
import { KeyDirectory } from '../disk/key-directory.node.js';
import { readPublicFile } from '../disk/read-file.node.js';
import { judgePublicFile, loadKey, type LoadedKey } from '../disk/read-pair.node.js';
import { KeyStoreError } from '../errors.js';
import type { KeyFiles } from './file-options.js';
import { keyMaker } from '../rotation/next-keys.js';
import type { KeyFileSecrets } from '../storage/place.js';
import type { FilesToLoad, LoadedFile, StorageCall } from '../storage/storage.js';

/** A call that nothing aborts. */
const call = (): StorageCall => ({ signal: new AbortController().signal, background: false });

/**
 * Makes a pair and writes it.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when the directory already holds one
 */
export async function generateFiles(
  keyDir: string,
  keySize: KeySize,
  secrets: KeyFileSecrets,
): Promise<KeyFiles> {
  const directory = new KeyDirectory(resolve(keyDir), secrets, 'keyDir');
  const make = keyMaker(keySize, secrets.memory);
  await directory.update(call(), async (write) => {
    await directory.checkEmpty();
    const pkcs8 = await make();
    try {
      const { key } = await write({ pkcs8, replaces: [], over: false });
      key.dispose();
    } finally {
      pkcs8.dispose();
    }
  });
  return directory.paths;
}

/** Loads a pair from the given paths. */
export async function loadFile(files: FilesToLoad, secrets: KeyFileSecrets): Promise<LoadedFile> {
  const path = resolve(files.privateKeyPath);
  const loaded = await loadKey(path, secrets);
  if (loaded === undefined) throw missing(path);
  await checkPublicFile(loaded, files.publicKeyPath === undefined ? undefined : resolve(files.publicKeyPath));
  return { key: loaded.key, path, directory: dirname(path) };
}

async function checkPublicFile(loaded: LoadedKey, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  try {
    if ((await judgePublicFile(loaded, path, await readPublicFile(path))) === 'missing') throw missing(path);
  } catch (error) {
    loaded.key.dispose();
    throw error;
  }
}

function missing(path: string): KeyStoreError {
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, 'the file does not exist. Check the path');
}
