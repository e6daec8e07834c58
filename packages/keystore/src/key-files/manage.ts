/** Manual management of a pair on disk: inspect it, change its password, import a key. */
import * as platform from '#storage';
import {
  anInteger,
  anObject,
  InvalidArgumentError,
  optional,
  refuseUndefined,
  refuseUnknown,
} from '@nomyo/base';
import type { SecureByteContext } from '@nomyo/crypto';
import type {
  ChangeKeyPasswordOptions,
  ImportKeyFilesOptions,
  InspectKeyFilesOptions,
  KeyFiles,
  KeyPairInfo,
} from './file-options.js';
import { DEFAULTS, LIMITS } from '../limits.js';
import { aPath } from '../options.js';
import { resolvePassword } from '../password.js';

/**
 * Describes a pair, as far as that is possible without its password.
 *
 * @returns `undefined` when there is no private key in the directory
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} when the files cannot be used
 * @example
 * const { fingerprint, createdAt, encryption } = (await inspectKeyFiles({ keyDir: 'client_keys' })) ?? {};
 */
export async function inspectKeyFiles(options: InspectKeyFilesOptions): Promise<KeyPairInfo | undefined> {
  refuseUnknown(anObject('options', options), ['keyDir', 'rotationInterval']);
  const keyDir = aPath('keyDir', options.keyDir);
  const anInterval = anInteger(0, LIMITS.rotationIntervalMs);
  const { rotationInterval } = options;
  const interval = optional('rotationInterval', rotationInterval, anInterval, DEFAULTS.rotationIntervalMs);
  const facts = await platform.inspectFiles(keyDir);
  if (facts === undefined) return undefined;
  return { ...facts, nextRotationAt: interval === 0 ? undefined : facts.createdAt + interval };
}

/**
 * Changes the password of a pair, adds one or removes it, in one step: whatever happens, either the old or the new
 * password opens it. Running processes keep their pair, but cannot rotate until they are restarted with the new
 * password.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_PASSWORD` when the old password is wrong, or another code
 * @example
 * await changeKeyPassword({ keyDir: 'client_keys', password: old, newPassword });
 */
export async function changeKeyPassword(options: ChangeKeyPasswordOptions): Promise<void> {
  refuseUnknown(anObject('options', options), ['keyDir', 'password', 'newPassword']);
  refuseUndefined(options, ['password', 'newPassword']);
  const keyDir = aPath('keyDir', options.keyDir);
  if (!Object.hasOwn(options, 'newPassword')) {
    throw new InvalidArgumentError('newPassword', 'must be given: a password, or null for none');
  }
  await withPasswords(options.password, options.newPassword, (from, to) =>
    platform.resealFiles(keyDir, { password: from, memory: {} }, { password: to, memory: {} }),
  );
}

/**
 * Imports a private key into a directory, with its public key: from openssl, from the Python client, or from nomyo-js
 * 0.1. Its creation time is kept if the file states it; otherwise the key counts as made now.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when the directory already holds a pair; otherwise as {@link loadKeyFiles}
 * @example
 * await importKeyFiles({ privateKeyPath: 'old.pem', keyDir: 'client_keys', newPassword });
 */
export async function importKeyFiles(options: ImportKeyFilesOptions): Promise<KeyFiles> {
  refuseUnknown(anObject('options', options), ['privateKeyPath', 'keyDir', 'password', 'newPassword']);
  refuseUndefined(options, ['password', 'newPassword']);
  const privateKeyPath = aPath('privateKeyPath', options.privateKeyPath);
  const keyDir = aPath('keyDir', options.keyDir);
  const { password, newPassword = password ?? null } = options;
  return withPasswords(password, newPassword, (from, to) =>
    platform.importFile(
      { privateKeyPath, keyDir },
      { password: from, memory: {} },
      { password: to, memory: {} },
    ),
  );
}

/** @param to the new password; `null`: none */
async function withPasswords<T>(
  from: string | Uint8Array | undefined,
  to: string | Uint8Array | null,
  task: (from: SecureByteContext | undefined, to: SecureByteContext | undefined) => Promise<T>,
): Promise<T> {
  const next = to === null ? undefined : resolvePassword('newPassword', to, LIMITS.passwordToWrite, {});
  let current: SecureByteContext | undefined;
  try {
    current = resolvePassword('password', from, LIMITS.passwordToRead, {});
    return await task(current, next);
  } finally {
    next?.dispose();
    current?.dispose();
  }
}
