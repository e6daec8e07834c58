/** Key files outside of a store: made once, or read once. */
import { resolve } from 'node:path';
import { anObject, refuseUnknown } from '@nomyo/base';
import type { RsaPrivateKey } from '@nomyo/crypto';
import { KeyDirectory } from './disk/key-directory.node.js';
import { readPublicFile } from './disk/read-file.node.js';
import { judgePublicFile, loadKey, type LoadedKey } from './disk/read-pair.node.js';
import { KeyStoreError } from './errors.js';
import type { GenerateKeyFilesOptions, KeyFiles, LoadKeyFilesOptions } from './key-files.js';
import { keyMaker } from './next-keys.js';
import { checkKeySize, checkPath, resolvePassword } from './options.js';
import type { StorageCall } from './storage.js';

/** Nobody ends it but the end of the process. */
const call = (): StorageCall => ({ signal: new AbortController().signal, background: false });

/** Files that others made may have shorter passwords than ours. */
const MIN_PASSWORD_TO_READ = 1;

export async function generateKeyFiles(options: GenerateKeyFilesOptions): Promise<KeyFiles> {
  refuseUnknown(anObject('options', options), ['keyDir', 'password', 'keySize']);
  const keyDir = resolve(checkPath('keyDir', options.keyDir));
  const make = keyMaker(checkKeySize(options.keySize));
  const password = resolvePassword(options.password);
  try {
    const directory = new KeyDirectory(keyDir, { password, secure: true });
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
  } finally {
    password?.dispose();
  }
}

export async function loadKeyFiles(options: LoadKeyFilesOptions): Promise<RsaPrivateKey> {
  refuseUnknown(anObject('options', options), ['privateKeyPath', 'publicKeyPath', 'password']);
  const privatePath = resolve(checkPath('privateKeyPath', options.privateKeyPath));
  const { publicKeyPath } = options;
  const publicPath =
    publicKeyPath === undefined ? undefined : resolve(checkPath('publicKeyPath', publicKeyPath));
  const password = resolvePassword(options.password, MIN_PASSWORD_TO_READ);
  try {
    const loaded = await loadKey(privatePath, { password, secure: true });
    if (loaded === undefined) throw missing(privatePath);
    await checkPublicFile(loaded, publicPath);
    return loaded.key;
  } finally {
    password?.dispose();
  }
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
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, 'there is no such file. Check the path');
}
