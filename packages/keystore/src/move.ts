/** Moves a store to another place. Unless the caller gives a password, the one in the store's options applies. */
import * as platform from '#storage';
import { anObject, refuseUndefined, refuseUnknown } from '@nomyo/base';
import type { KeySize } from '@nomyo/crypto';
import { KeyStoreError } from './errors.js';
import type { LoadKeyFilesOptions } from './key-files/file-options.js';
import type { Home, Homes } from './storage/homes.js';
import { checkFilesToLoad } from './key-files/key-files.js';
import { DEFAULTS, LIMITS } from './limits.js';
import { checkKeySize, checkPlace } from './options.js';
import { resolvePassword } from './password.js';
import type { StoredPair } from './storage/storage.js';

/** Options of {@link KeyStore.moveTo}. */
export interface MoveOptions {
  /**
   * Directory of the pair; `null`: memory. Default: the one in the store's options, or `client_keys` if it has none.
   */
  readonly keyDir?: string | null | undefined;
  /** Encrypts the files there; at least 8 characters or bytes. Default: the one in the store's options, if any. */
  readonly password?: string | Uint8Array;
  /** Modulus of new pairs, in bits: 2048, 3072 or 4096. Default: the one in the store's options. */
  readonly keySize?: KeySize | undefined;
}

/**
 * Makes a home at another place.
 *
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 */
export function homeAt(homes: Homes, options: MoveOptions): Home {
  refuseUnknown(anObject('options', options), ['keyDir', 'password', 'keySize']);
  refuseUndefined(options, ['password']);
  const { memory, place } = homes.options;
  const { keyDir = place.keyDir ?? DEFAULTS.keyDir } = options;
  const keySize = options.keySize === undefined ? homes.options.keySize : checkKeySize(options.keySize);
  const checked = checkPlace({ keyDir });
  const password = resolvePassword('password', options.password, LIMITS.passwordToWrite, memory);
  const secrets = { password: password ?? homes.ownPassword(), keySize, allowsUnprotected: false };
  return homes.make(keyDir === null ? checked : { ...checked, rotationDir: place.rotationDir }, secrets);
}

/**
 * Reads a private key file, and makes a home in its directory. If the caller gave no password, the file may be
 * unencrypted, or encrypted with the password in the store's options; new files next to it are encrypted with that one.
 *
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 * @throws {KeyStoreError} when the file cannot be used
 */
export async function homeBeside(
  homes: Homes,
  options: LoadKeyFilesOptions,
): Promise<{ home: Home; stored: StoredPair }> {
  const files = checkFilesToLoad(options);
  const { memory, keySize, place } = homes.options;
  const given = resolvePassword('password', options.password, LIMITS.passwordToRead, memory);
  const secrets = {
    password: given ?? homes.ownPassword(),
    memory,
    allowsUnprotected: given === undefined,
  };
  try {
    const { key, path, directory } = await platform.loadFile(files, secrets);
    const stored: StoredPair = { keys: key, createdAt: Date.now(), path, origin: 'found' };
    const { rotationDir } = place;
    return { home: homes.make({ keyDir: directory, rotationDir }, { ...secrets, keySize }), stored };
  } catch (error) {
    secrets.password?.dispose();
    throw error;
  }
}

/**
 * Opens or makes the pair at a new home.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when the password does not open the pair that is there
 */
export async function openHome({ storage }: Home, signal: AbortSignal): Promise<StoredPair> {
  try {
    return await storage.open({ signal, background: false });
  } catch (error) {
    storage.dispose();
    if (!(error instanceof KeyStoreError) || error.code !== 'KEY_FILE_PASSWORD') throw error;
    const reason = error.message.slice(error.path.length + 2);
    const message = `the pair here cannot be used, and is never overwritten: ${reason}`;
    throw new KeyStoreError('KEY_FILE_EXISTS', error.path, message, { cause: error });
  }
}
