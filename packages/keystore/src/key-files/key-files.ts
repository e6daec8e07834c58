/** Key files outside a store: made once, or read once. */
import * as platform from '#storage';
import { anObject, optional, refuseUndefined, refuseUnknown } from '@nomyo/base';
import type { RsaPrivateKey } from '@nomyo/crypto';
import type { GenerateKeyFilesOptions, KeyFiles, LoadKeyFilesOptions } from './file-options.js';
import { LIMITS } from '../limits.js';
import { aPath, checkKeySize } from '../options.js';
import { resolvePassword } from '../password.js';
import type { FilesToLoad } from '../storage/storage.js';

/**
 * Makes a key pair and writes it to two files, both or none; nothing is ever overwritten.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when either file exists; `KEY_FILE_UNWRITABLE`,
 * `KEY_FILE_PERMISSIONS`
 * @example
 * const { publicKeyPath } = await generateKeyFiles({ keyDir: 'client_keys', password });
 */
export async function generateKeyFiles(options: GenerateKeyFilesOptions): Promise<KeyFiles> {
  refuseUnknown(anObject('options', options), ['keyDir', 'password', 'keySize']);
  refuseUndefined(options, ['password']);
  const keyDir = aPath('keyDir', options.keyDir);
  const keySize = checkKeySize(options.keySize);
  const password = resolvePassword('password', options.password, LIMITS.passwordToWrite, {});
  try {
    return await platform.generateFiles(keyDir, keySize, { password, memory: {} });
  } finally {
    password?.dispose();
  }
}

/**
 * Reads a private key, which the caller disposes of. The file is never changed, whatever is wrong with it.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_FILE_PERMISSIONS`, `KEY_FILE_PASSWORD` or
 * `KEY_FILE_MISMATCH`
 * @example
 * using key = await loadKeyFiles({ privateKeyPath: 'client_keys/private_key.pem', password });
 */
export async function loadKeyFiles(options: LoadKeyFilesOptions): Promise<RsaPrivateKey> {
  const files = checkFilesToLoad(options);
  const password = resolvePassword('password', options.password, LIMITS.passwordToRead, {});
  try {
    const { key } = await platform.loadFile(files, { password, memory: {} });
    return key;
  } finally {
    password?.dispose();
  }
}

/** @throws {InvalidArgumentError} on an invalid path, an unknown option, or a password that is `undefined` */
export function checkFilesToLoad(options: LoadKeyFilesOptions): FilesToLoad {
  refuseUnknown(anObject('options', options), ['privateKeyPath', 'publicKeyPath', 'password']);
  refuseUndefined(options, ['password']);
  return {
    privateKeyPath: aPath('privateKeyPath', options.privateKeyPath),
    publicKeyPath: optional('publicKeyPath', options.publicKeyPath, aPath, undefined),
  };
}
