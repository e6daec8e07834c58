/** The options of a key store, and their checks, which all run before anything is made or written. */
import {
  aBoolean,
  aFunction,
  anInteger,
  anObject,
  given,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUndefined,
  refuseUnknown,
  type Check,
} from '@nomyo/base';
import { KEY_SIZES, SUITE, type KeySize, type SecureByteContext } from '@nomyo/crypto';
import type { KeyStoreListener } from './events.js';
import { DEFAULTS, LIMITS, MAX_LEAD_MS, POOL_SIZE } from './limits.js';
import { resolvePassword } from './password.js';
import type { MemoryOptions, PlaceNames, PlaceOptions } from './storage/place.js';
import type { RotationPolicy } from './rotation/rotation.js';

/** Options of {@link KeyStore}. */
export interface KeyStoreOptions extends PlaceOptions {
  /**
   * Encrypts every private key file that is written, and opens existing ones; at least 8 characters or bytes. Existing
   * files that are not encrypted are then an error (`KEY_FILE_PASSWORD`). Default: files are not encrypted; an explicit
   * `undefined` is an error.
   */
  readonly password?: string | Uint8Array;
  /**
   * Age at which a pair is replaced, in ms, at most 31 622 400 000 (366 days). Default: 86 400 000 (24 h). 0: never.
   */
  readonly rotationInterval?: number | undefined;
  /** Number of requests that one pair serves before it is replaced, at least 1. Default: no limit. */
  readonly rotationRequests?: number | undefined;
  /** Modulus of new pairs, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize | undefined;
  /** Uses protected memory for keys, key files and passwords, and wipes it after use. Default: `true`. */
  readonly secure?: boolean;
  /** Refuses memory that is not locked, with a `SecurityError` `MEMORY_NOT_LOCKED`. Default: `false`. */
  readonly requireLocked?: boolean;
  /** Called with the length of each piece of memory that is not locked, in bytes. Default: none. */
  readonly onUnlocked?: (bytes: number) => void;
  /** Receives events. Default: none. */
  readonly onEvent?: KeyStoreListener;
}

/** Names of options in errors, for a caller that has names of its own; the others keep theirs. */
export type KeyStoreOptionNames = { readonly [Name in keyof KeyStoreOptions]?: string };

/** Options after checking, with all defaults. */
export interface ResolvedOptions {
  readonly names: OptionNames;
  readonly place: PlaceOptions;
  readonly password: SecureByteContext | undefined;
  readonly keySize: KeySize;
  readonly memory: MemoryOptions;
  readonly poolSize: number;
  /** @param isShared whether other processes or tabs use the same pair */
  readonly policyFor: (isShared: boolean) => RotationPolicy;
  readonly onEvent: KeyStoreListener | undefined;
}

/** Every option, with the name by which the caller knows it. */
export type OptionNames = Readonly<Record<keyof KeyStoreOptions, string>>;

const NAMES: OptionNames = {
  keyDir: 'keyDir',
  rotationDir: 'rotationDir',
  keyStorage: 'keyStorage',
  password: 'password',
  rotationInterval: 'rotationInterval',
  rotationRequests: 'rotationRequests',
  keySize: 'keySize',
  secure: 'secure',
  requireLocked: 'requireLocked',
  onUnlocked: 'onUnlocked',
  onEvent: 'onEvent',
};

const aRotationInterval = anInteger(0, LIMITS.rotationIntervalMs);
const aRequestCount = anInteger(1, LIMITS.requests);
const aKeySize = oneOf(KEY_SIZES);

/**
 * Checks the options, and completes them.
 *
 * @param own names of the caller for these options
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 */
export function resolveOptions(options: KeyStoreOptions, own: KeyStoreOptionNames = {}): ResolvedOptions {
  const names: OptionNames = { ...NAMES, ...own };
  refuseUnknown(anObject('options', options), Object.keys(NAMES));
  refuseUndefined(options, ['password', 'requireLocked']);
  if (options.keyStorage !== undefined && options.password !== undefined) {
    throw new InvalidArgumentError(
      names.password,
      `has no effect together with ${names.keyStorage}: no file is written`,
    );
  }
  const memory = checkMemory(options, names);
  if (options.onEvent !== undefined) aFunction(names.onEvent, options.onEvent);
  return {
    names,
    place: checkPlace(options, names),
    policyFor: policyOf(options, names),
    keySize: checkKeySize(options.keySize, names.keySize),
    memory,
    poolSize: options.rotationRequests === undefined ? POOL_SIZE.byAge : POOL_SIZE.byRequests,
    onEvent: options.onEvent,
    password: resolvePassword(names.password, options.password, LIMITS.passwordToWrite, memory),
  };
}

function checkMemory(
  { secure, requireLocked, onUnlocked }: KeyStoreOptions,
  names: OptionNames,
): MemoryOptions {
  if (onUnlocked !== undefined) aFunction(names.onUnlocked, onUnlocked);
  return {
    secure: optional(names.secure, secure, aBoolean, true),
    requireLocked: optional(names.requireLocked, requireLocked, aBoolean, false),
    ...given('onUnlocked', onUnlocked),
  };
}

/** @throws {InvalidArgumentError} on an invalid value, or on options that exclude each other */
export function checkPlace(
  { keyDir, rotationDir, keyStorage }: PlaceOptions,
  names: PlaceNames = NAMES,
): PlaceOptions {
  if (keyDir === null && rotationDir !== undefined) {
    throw new InvalidArgumentError(names.rotationDir, `has no effect when ${names.keyDir} is null`);
  }
  optional(names.keyStorage, keyStorage, oneOf(['indexeddb']), undefined);
  if (keyStorage !== undefined && (keyDir !== undefined || rotationDir !== undefined)) {
    const excluded = keyDir === undefined ? names.rotationDir : names.keyDir;
    throw new InvalidArgumentError(excluded, `has no effect together with ${names.keyStorage}`);
  }
  return {
    keyDir: keyDir === null ? null : optional(names.keyDir, keyDir, aPath, undefined),
    rotationDir: optional(names.rotationDir, rotationDir, aPath, undefined),
    keyStorage,
  };
}

/** A path: a non-empty string without NUL. */
export const aPath: Check<string> = (name, value) => {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw new InvalidArgumentError(name, 'must be a path: a non-empty string without NUL');
};

/** @throws {InvalidArgumentError} on anything but one of `KEY_SIZES`, or `undefined` for the default */
export function checkKeySize(value: unknown, name: string = NAMES.keySize): KeySize {
  return optional(name, value, aKeySize, SUITE.defaultModulusBits);
}

function policyOf(options: KeyStoreOptions, names: OptionNames): ResolvedOptions['policyFor'] {
  const { rotationInterval, rotationRequests } = options;
  const intervalMs = optional(
    names.rotationInterval,
    rotationInterval,
    aRotationInterval,
    DEFAULTS.rotationIntervalMs,
  );
  const maxRequests = optional(names.rotationRequests, rotationRequests, aRequestCount, Infinity);
  // Processes and tabs that share a pair choose different moments: the first makes the new pair, the others find it.
  const leadMs = Math.min(MAX_LEAD_MS, intervalMs / 4) * (1 - Math.random() / 2);
  return (isShared) => ({
    intervalMs,
    maxRequests,
    rotateLeadMs: isShared ? leadMs : 0,
    prepareLeadMs: isShared ? 0 : leadMs,
  });
}
