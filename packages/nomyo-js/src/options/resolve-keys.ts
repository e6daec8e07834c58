/** The options for the client's own key pair, or for a private key held elsewhere. */
import { environment } from '#env';
import { given, hasMethods, InvalidArgumentError, isObject } from '@nomyo/base';
import type { KeySource, SecureByteContextOptions } from '@nomyo/crypto';
import type { KeyStoreOptionNames } from '@nomyo/keystore';
import type { CommonOptions, KeyOrigin } from './options.js';

/** The client's names for the options of its key store, which checks the values. */
export const KEY_STORE_NAMES: KeyStoreOptionNames = {
  keyDir: 'keyDir',
  keyStorage: 'keyStorage',
  rotationDir: 'keyRotationDir',
  rotationInterval: 'keyRotationInterval',
  rotationRequests: 'keyRotationRequests',
  password: 'keyRotationPassword',
  keySize: 'keySize',
  secure: 'secureMemory',
  requireLocked: 'requireLockedMemory',
};

/** Options that exclude `keys`. */
export const KEY_STORE_OPTIONS: readonly (keyof CommonOptions)[] = [
  'keyDir',
  'keyStorage',
  'keyRotationDir',
  'keyRotationInterval',
  'keyRotationRequests',
  'keyRotationPassword',
  'keySize',
];

/** @throws {InvalidArgumentError} when `keys` is not a key source, or on an option that has no effect with it */
export function resolveKeys(
  config: CommonOptions,
  { secure = true, requireLocked, onUnlocked }: SecureByteContextOptions,
): KeyOrigin {
  if (config.keys !== undefined) return { kind: 'given', source: checkKeySource(config.keys, config) };
  const options = {
    secure,
    ...given('requireLocked', requireLocked),
    ...given('onUnlocked', onUnlocked),
    keyDir: config.keyDir,
    keyStorage: config.keyStorage,
    rotationDir: config.keyRotationDir,
    rotationInterval: config.keyRotationInterval,
    rotationRequests: config.keyRotationRequests,
    keySize: config.keySize,
    ...given('password', config.keyRotationPassword),
  };
  return { kind: 'store', options };
}

/** Reports whether a private key file that the client writes would be readable without a password. */
export function writesPlainKeys({ keys, keyDir, keyStorage, keyRotationPassword }: CommonOptions): boolean {
  if (keys !== undefined || keyStorage !== undefined || keyRotationPassword !== undefined) return false;
  return (keyDir === undefined ? environment.defaultKeyDir : keyDir) !== null;
}

function checkKeySource(keys: KeySource, config: CommonOptions): KeySource {
  const clash = KEY_STORE_OPTIONS.find((name) => config[name] !== undefined);
  if (clash !== undefined) throw new InvalidArgumentError(clash, 'has no effect together with keys');
  if (!hasMethods(keys, 'unwrap') || !isObject(keys.publicKey)) {
    throw new InvalidArgumentError('keys', 'must have a publicKey and a function unwrap');
  }
  return keys;
}
