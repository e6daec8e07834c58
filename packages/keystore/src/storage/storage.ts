/**
 * The interface between a key store and the place where its pairs are stored. `#storage` resolves to the
 * {@link Platform} of the runtime: files on Node, IndexedDB in browsers, memory everywhere. A storage makes its pairs
 * itself, so that one whose private keys can never be read out (non-extractable CryptoKeys) has the same shape.
 */
import type { AbortSignalLike } from '@nomyo/base';
import type {
  KeySize,
  KeySource,
  RsaPrivateKey,
  SecureByteContext,
  SecureByteContextOptions,
} from '@nomyo/crypto';
import type { KeyFiles, KeyPairInfo } from '../key-files/file-options.js';
import type { KnownKeys } from '../remembered/known-keys.js';
import type { SeenConfigurations } from '../remembered/seen-configurations.js';
import type { KeyFileSecrets, PlaceNames, PlaceOptions, StorageOptions } from './place.js';

/** A private key of this SDK, which its owner disposes of. */
export interface OwnedKeys extends KeySource {
  unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignalLike,
    memory?: SecureByteContextOptions,
  ): Promise<SecureByteContext>;
  dispose(): void;
}

/** A pair and its origin. */
export interface StoredPair {
  readonly keys: OwnedKeys;
  /** Creation time, Unix time in ms. */
  readonly createdAt: number;
  /** Path of the private key file, if there is one. */
  readonly path: string | undefined;
  /** `found`: it already existed, made earlier or by another process. */
  readonly origin: 'found' | 'made';
}

/** Settings of one operation. */
export interface StorageCall {
  /** Ends the operation where possible; nothing is written after that. */
  readonly signal: AbortSignal;
  /** Whether it runs in the background: its timers must not keep a process alive. */
  readonly background: boolean;
}

/** Keeps pairs in one place. */
export interface KeyStorage {
  /** Loads the newest pair, or makes one if there is none. */
  open(call: StorageCall): Promise<StoredPair>;
  /**
   * Returns a pair other than `current`: one that another process has made in the meantime, or else a new one, stored.
   *
   * @param current fingerprint of the pair in use
   */
  replace(current: string, call: StorageCall): Promise<StoredPair>;
  /** Makes the next pair in advance and keeps it for {@link replace}. Idempotent until it is taken. */
  prepare(): Promise<void>;
  /** Wipes passwords and prepared pairs. Idempotent. */
  dispose(): void;
}

/** A place where pairs are stored. */
export interface KeyPlace {
  /** Whether other processes or tabs use the same pair. */
  readonly isShared: boolean;
  readonly createStorage: (options: StorageOptions) => KeyStorage;
}

/** Opens the known keys and seen configurations next to a pair. `#remembered` resolves to the runtime's module. */
export interface Remembered {
  /** @throws {InvalidArgumentError} when the runtime has no such place */
  readonly openKnownKeys: (place: PlaceOptions) => KnownKeys;
  /** @throws {InvalidArgumentError} when the runtime has no such place */
  readonly openSeenConfigurations: (place: PlaceOptions) => SeenConfigurations;
}

/** The functions of a runtime: each member is an export of the module that `#storage` resolves to. */
export interface Platform {
  /**
   * Finds the place that the options describe. Touches nothing.
   *
   * @throws {InvalidArgumentError} when the runtime cannot keep keys there
   */
  readonly locate: (place: PlaceOptions, names?: PlaceNames) => KeyPlace;
  /** Calls `fn` once after `ms`, without keeping the process alive. The returned function cancels it. */
  readonly schedule: (fn: () => void, ms: number) => () => void;
  /** Locks a directory until it is released. */
  readonly lockDirectory: (
    directory: string,
    signal: AbortSignal | undefined,
  ) => Promise<{ release(): Promise<void> }>;
  /** Makes a pair and writes it, without overwriting anything. */
  readonly generateFiles: (keyDir: string, keySize: KeySize, secrets: KeyFileSecrets) => Promise<KeyFiles>;
  /** Describes a pair without its password; `undefined` if there is none. */
  readonly inspectFiles: (keyDir: string) => Promise<PairFacts | undefined>;
  /** Writes the pair of a directory again, under another password. */
  readonly resealFiles: (keyDir: string, from: KeyFileSecrets, to: KeyFileSecrets) => Promise<void>;
  /** Imports a private key into a directory that has none. */
  readonly importFile: (
    paths: { readonly privateKeyPath: string; readonly keyDir: string },
    from: KeyFileSecrets,
    to: KeyFileSecrets,
  ) => Promise<KeyFiles>;
  /** Reads a private key from a file of the caller's choice. */
  readonly loadFile: (files: FilesToLoad, secrets: KeyFileSecrets) => Promise<LoadedFile>;
}

/** A private key file and, if it is to be checked, its public key file. */
export interface FilesToLoad {
  readonly privateKeyPath: string;
  readonly publicKeyPath?: string | undefined;
}

/** A private key that was read from a file. */
export interface LoadedFile {
  readonly key: RsaPrivateKey;
  /** Absolute. */
  readonly path: string;
  /** Absolute. */
  readonly directory: string;
}

/** The facts about a pair that its files reveal. */
export type PairFacts = Omit<KeyPairInfo, 'nextRotationAt'>;
