/** The options of the client's own key pair, or of a private key that is elsewhere. */
import { environment } from '#env';
import {
  anInteger,
  aPassword,
  aString,
  given,
  InvalidArgumentError,
  isObject,
  MAX_TIMER_MS,
  oneOf,
  optional,
} from '@nomyo/base';
import { KEY_SIZES, type KeySource, type SecureByteContextOptions } from '@nomyo/crypto';
import type { KeyStoreOptions } from '@nomyo/keystore';
import { DEFAULTS, type CommonOptions } from './options.js';

/** Shortest password of a key file that is written, in characters or bytes. */
const MIN_PASSWORD_LENGTH = 8;

/** What a key store of the client's own takes; none of it goes with `keys`. */
export const KEY_STORE_OPTIONS: readonly (keyof CommonOptions)[] = [
  'keyDir',
  'keyStorage',
  'keyRotationInterval',
  'keyRotationRequests',
  'keyRotationDir',
  'keyRotationPassword',
  'keySize',
];

/** What is about files, and has no effect on keys in IndexedDB. */
const FILE_OPTIONS = ['keyDir', 'keyRotationDir', 'keyRotationPassword'] as const;

const aDuration = anInteger(0, MAX_TIMER_MS);
const aCount = anInteger(1, Number.MAX_SAFE_INTEGER);

const aNewPassword = aPassword(MIN_PASSWORD_LENGTH);

/** @throws {InvalidArgumentError} on a wrong value, or one without an effect */
export function resolveKeys(
  config: CommonOptions,
  { secure = true }: SecureByteContextOptions,
): KeySource | KeyStoreOptions {
  const { keys, keyRotationInterval, keyRotationRequests, keyRotationPassword, keySize } = config;
  if (keys !== undefined) return resolveKeySource(keys, config);
  return {
    secure,
    ...resolvePlace(config),
    rotationInterval: optional('keyRotationInterval', keyRotationInterval, aDuration, DEFAULTS.rotationMs),
    ...given('rotationRequests', optional('keyRotationRequests', keyRotationRequests, aCount, undefined)),
    ...given('password', optional('keyRotationPassword', keyRotationPassword, aNewPassword, undefined)),
    ...given('keySize', optional('keySize', keySize, oneOf(KEY_SIZES), undefined)),
  };
}

/** Whether a private key file that the client writes would be readable without a password. */
export function writesPlainKeys({ keys, keyDir, keyStorage, keyRotationPassword }: CommonOptions): boolean {
  if (keys !== undefined || keyStorage !== undefined || keyRotationPassword !== undefined) return false;
  return (keyDir === undefined ? environment.defaultKeyDir : keyDir) !== null;
}

type Place = Pick<KeyStoreOptions, 'keyDir' | 'rotationDir' | 'keyStorage'>;

function resolvePlace(config: CommonOptions): Place {
  const { keyDir, keyRotationDir, keyStorage } = config;
  if (keyStorage === undefined) {
    return {
      keyDir: keyDir === null ? null : optional('keyDir', keyDir, aString, environment.defaultKeyDir),
      ...given('rotationDir', optional('keyRotationDir', keyRotationDir, aString, undefined)),
    };
  }
  const clash = FILE_OPTIONS.find((name) => config[name] !== undefined);
  if (clash !== undefined) throw new InvalidArgumentError(clash, 'has no effect beside keyStorage');
  return { keyStorage: oneOf(['indexeddb'] as const)('keyStorage', keyStorage) };
}

function resolveKeySource(keys: KeySource, config: CommonOptions): KeySource {
  const clash = KEY_STORE_OPTIONS.find((name) => config[name] !== undefined);
  if (clash !== undefined) throw new InvalidArgumentError(clash, 'has no effect beside keys');
  if (!isObject(keys) || typeof keys.unwrap !== 'function' || !isObject(keys.publicKey)) {
    throw new InvalidArgumentError('keys', 'must have a publicKey and a function unwrap');
  }
  return keys;
}
