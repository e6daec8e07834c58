/** The options of a key store, with defaults and units, and their checks: all before anything is made or written. */
import { KEY_SIZES, SecureByteContext, type KeySize } from '@nomyo/crypto';
import { anObject, aPassword, concatBytes, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import type { KeyStoreListener } from './events.js';
import type { RotationPolicy } from './rotation.js';
import type { KeyPlace, Platform } from './storage.js';

/** Where a pair is to live. */
export interface PlaceOptions {
  /**
   * Directory of the key pair, made when it is missing. Default: `client_keys` on Node. `null`: keys live in memory
   * only, as they do in browsers unless `keyStorage` says otherwise.
   */
  readonly keyDir?: string | null | undefined;
  /** Directory that rotated pairs are written to. Default: `keyDir`. */
  readonly rotationDir?: string | undefined;
  /**
   * Browsers only: the pair is a CryptoKey in IndexedDB that nobody can export, and all tabs of the origin share it.
   * Excludes `keyDir`, `rotationDir` and `password`. Default: memory.
   */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/** Options of {@link KeyStore}. */
export interface KeyStoreOptions extends PlaceOptions {
  /**
   * Protects every private key file that is written, and opens the ones that are there; at least 8 characters, or
   * bytes. Files without protection are refused then. Default: files are not encrypted.
   */
  readonly password?: string | Uint8Array;
  /** Age at which a pair is replaced, in ms, at most 31 622 400 000 (366 days). Default: 86 400 000 (24 h). 0: never. */
  readonly rotationInterval?: number;
  /** Requests that one pair serves before it is replaced. Default: no limit. */
  readonly rotationRequests?: number;
  /** Modulus of new pairs, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize;
  /** Take protected memory for key files and passwords, and wipe it after use. Default: `true`. */
  readonly secure?: boolean;
  /** Hears what happens. Default: nobody. */
  readonly onEvent?: KeyStoreListener;
}

/** Two absolute paths, which may be equal. */
export interface KeyLocation {
  readonly keyDir: string;
  readonly rotationDir: string;
}

/** What a storage needs to know. */
export interface StorageOptions {
  /** The storage disposes of it. */
  readonly password: SecureByteContext | undefined;
  readonly keySize: KeySize;
  readonly secure: boolean;
  /** Pairs to hold ready in memory, where nobody else makes one. */
  readonly poolSize: number;
}

/** Options that were checked, and complete. */
export interface ResolvedOptions extends StorageOptions {
  readonly place: KeyPlace;
  readonly policy: RotationPolicy;
  readonly onEvent: KeyStoreListener | undefined;
}

export const DEFAULTS = { keyDir: 'client_keys', rotationIntervalMs: 86_400_000, keySize: 4096 } as const;

const LIMITS = {
  rotationIntervalMs: 366 * 86_400_000,
  requests: Number.MAX_SAFE_INTEGER,
  passwordLength: 8,
} as const;

/**
 * Pairs that are held ready. Where they are used up by requests, one more than the next: a burst can use up two. Where
 * they grow old, none that would lie in memory for a whole interval.
 */
const POOL_SIZE = { byRequests: 2, byAge: 1 } as const;

/** How long before the interval is over the next pair is made (in memory) or put in place (in files), in ms. */
const MAX_LEAD_MS = 60_000;

const NAMES: Readonly<Record<keyof KeyStoreOptions, true>> = {
  keyDir: true,
  rotationDir: true,
  keyStorage: true,
  password: true,
  rotationInterval: true,
  rotationRequests: true,
  keySize: true,
  secure: true,
  onEvent: true,
};

/**
 * @param locate of the runtime
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 */
export function resolveOptions(options: KeyStoreOptions, locate: Platform['locate']): ResolvedOptions {
  refuseUnknown(anObject('options', options), Object.keys(NAMES));
  if (options.keyStorage !== undefined && options.password !== undefined) {
    throw new InvalidArgumentError('password', 'must not be given with keyStorage: no file is written');
  }
  const place = locate(checkPlace(options));
  const rest = {
    place,
    policy: resolvePolicy(options, place.isShared),
    keySize: checkKeySize(options.keySize),
    secure: checkSecure(options.secure),
    poolSize: options.rotationRequests === undefined ? POOL_SIZE.byAge : POOL_SIZE.byRequests,
    onEvent: checkListener(options.onEvent),
  };
  return { ...rest, password: resolvePassword(options.password, LIMITS.passwordLength, rest.secure) };
}

/** @throws {InvalidArgumentError} on a wrong value, or options that exclude each other */
export function checkPlace({ keyDir, rotationDir, keyStorage }: PlaceOptions): PlaceOptions {
  if (keyDir === null && rotationDir !== undefined) {
    throw new InvalidArgumentError('rotationDir', 'must not be given when keyDir is null');
  }
  const storage: unknown = keyStorage;
  if (storage !== undefined && storage !== 'indexeddb') {
    throw new InvalidArgumentError('keyStorage', "must be 'indexeddb'");
  }
  const excluded = keyDir === undefined ? 'rotationDir' : 'keyDir';
  if (storage !== undefined && (keyDir !== undefined || rotationDir !== undefined)) {
    throw new InvalidArgumentError(excluded, 'must not be given with keyStorage');
  }
  return {
    keyDir: keyDir === null ? null : optionalPath('keyDir', keyDir),
    rotationDir: optionalPath('rotationDir', rotationDir),
    keyStorage,
  };
}

/** @throws {InvalidArgumentError} on what cannot be a path */
export function checkPath(argument: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw new InvalidArgumentError(argument, 'must be a path: a string that is not empty and holds no NUL');
}

/** @throws {InvalidArgumentError} on anything but one of `KEY_SIZES`, or `undefined` for the default */
export function checkKeySize(value: unknown = DEFAULTS.keySize): KeySize {
  const keySize = KEY_SIZES.find((size) => size === value);
  if (keySize !== undefined) return keySize;
  throw new InvalidArgumentError('keySize', `must be one of ${KEY_SIZES.join(', ')} bits`);
}

/**
 * A copy of the password in protected memory; the caller's bytes stay as they are.
 *
 * @param minLength in characters or bytes: 8 for what is written, 1 for files that others made
 * @throws {InvalidArgumentError} on anything else, without quoting it
 */
export function resolvePassword(
  value: unknown,
  minLength: number = LIMITS.passwordLength,
  secure = true,
): SecureByteContext | undefined {
  if (value === undefined) return undefined;
  const password = aPassword(minLength)('password', value);
  const bytes = typeof password === 'string' ? new TextEncoder().encode(password) : concatBytes(password);
  return new SecureByteContext(bytes, { secure });
}

function optionalPath(argument: string, value: unknown): string | undefined {
  return value === undefined ? undefined : checkPath(argument, value);
}

function resolvePolicy(options: KeyStoreOptions, isShared: boolean): RotationPolicy {
  const { rotationInterval = DEFAULTS.rotationIntervalMs, rotationRequests } = options;
  const intervalMs = checkInteger('rotationInterval', rotationInterval, 0, LIMITS.rotationIntervalMs);
  const maxRequests =
    rotationRequests === undefined
      ? Infinity
      : checkInteger('rotationRequests', rotationRequests, 1, LIMITS.requests);
  // Processes and tabs that share a pair choose different moments: the first one makes the pair, the others find it.
  const leadMs = Math.min(MAX_LEAD_MS, intervalMs / 4) * (1 - Math.random() / 2);
  return isShared
    ? { intervalMs, maxRequests, rotateLeadMs: leadMs, prepareLeadMs: 0 }
    : { intervalMs, maxRequests, rotateLeadMs: 0, prepareLeadMs: leadMs };
}

function checkInteger(argument: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(argument, `must be an integer from ${String(min)} to ${String(max)}`);
}

function checkSecure(value: unknown = true): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidArgumentError('secure', 'must be true or false');
}

function checkListener(value: KeyStoreListener | undefined): KeyStoreListener | undefined {
  const listener: unknown = value;
  if (listener === undefined || typeof listener === 'function') return value;
  throw new InvalidArgumentError('onEvent', 'must be a function');
}
