/**
 * What a key store asks of the place where its pairs live. `#storage` resolves to the {@link Platform} of the
 * runtime: files on Node, IndexedDB in browsers, memory everywhere. A storage makes its pairs itself, so that one whose
 * private keys can never be read out (CryptoKeys that are not extractable) has the same shape.
 */
import type { AbortSignalLike } from '@nomyo/base';
import type {
  KeySize,
  KeySource,
  RsaPrivateKey,
  SecureByteContext,
  SecureByteContextOptions,
} from '@nomyo/crypto';
import type { KeyFiles, KeyPairInfo } from './file-options.js';
import type { KnownKeys } from './known-keys.js';
import type { SeenConfigurations } from './seen-configurations.js';
import type { KeyFileSecrets, PlaceNames, PlaceOptions, StorageOptions } from './place.js';

/** A private key of this SDK, with an end. */
export interface OwnedKeys extends KeySource {
  unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignalLike,
    memory?: SecureByteContextOptions,
  ): Promise<SecureByteContext>;
  dispose(): void;
}

/** A pair, and where it came from. */
export interface StoredPair {
  readonly keys: OwnedKeys;
  /** Unix time in ms. */
  readonly createdAt: number;
  /** The private key file, where there is one. */
  readonly path: string | undefined;
  /** `found`: it was there, made earlier or by another process. */
  readonly origin: 'found' | 'made';
}

/** The circumstances of one operation. */
export interface StorageCall {
  /** Ends what can be ended; nothing is written afterwards. */
  readonly signal: AbortSignal;
  /** Whether it runs in the background: its timers must not keep a process alive. */
  readonly background: boolean;
}

/** Keeps pairs in one place. */
export interface KeyStorage {
  /** The newest pair; one is made if there is none. */
  open(call: StorageCall): Promise<StoredPair>;
  /**
   * Another pair than `current`: one that another process made meanwhile, or else a new one, stored.
   *
   * @param current fingerprint of the pair in use
   */
  replace(current: string, call: StorageCall): Promise<StoredPair>;
  /** Makes the next pair ahead of need and keeps it for {@link replace}. Idempotent until it is taken. */
  prepare(): Promise<void>;
  /** Forgets passwords and prepared pairs. Idempotent. */
  dispose(): void;
}

/** Where pairs live. */
export interface KeyPlace {
  /** Whether others use the same pair: processes, tabs. */
  readonly isShared: boolean;
  readonly createStorage: (options: StorageOptions) => KeyStorage;
}

/** What is remembered next to pairs. `#remembered` resolves to the place of it in the runtime. */
export interface Remembered {
  /** @throws {InvalidArgumentError} when the runtime cannot keep it there */
  readonly openKnownKeys: (place: PlaceOptions) => KnownKeys;
  /** @throws {InvalidArgumentError} when the runtime cannot keep it there */
  readonly openSeenConfigurations: (place: PlaceOptions) => SeenConfigurations;
}

/** What a runtime offers: each member is an export of the file that `#storage` resolves to. */
export interface Platform {
  /**
   * Touches nothing.
   *
   * @throws {InvalidArgumentError} when the runtime cannot keep keys there
   */
  readonly locate: (place: PlaceOptions, names?: PlaceNames) => KeyPlace;
  /** Calls `fn` once after `ms`, without keeping the process alive; the result takes it back. */
  readonly schedule: (fn: () => void, ms: number) => () => void;
  /** Keeps a directory from other processes until it is released. */
  readonly lockDirectory: (
    directory: string,
    signal: AbortSignal | undefined,
  ) => Promise<{ release(): Promise<void> }>;
  /** Writes a new pair, over nothing. */
  readonly generateFiles: (keyDir: string, keySize: KeySize, secrets: KeyFileSecrets) => Promise<KeyFiles>;
  /** What can be known of a pair without its password; `undefined` when there is none. */
  readonly inspectFiles: (keyDir: string) => Promise<PairFacts | undefined>;
  /** Writes the pair of a directory again, under another password. */
  readonly resealFiles: (keyDir: string, from: KeyFileSecrets, to: KeyFileSecrets) => Promise<void>;
  /** Writes a pair that is elsewhere to a directory that has none. */
  readonly importFile: (
    paths: { readonly privateKeyPath: string; readonly keyDir: string },
    from: KeyFileSecrets,
    to: KeyFileSecrets,
  ) => Promise<KeyFiles>;
  /** Reads a private key from a file of the caller's choice. */
  readonly loadFile: (files: FilesToLoad, secrets: KeyFileSecrets) => Promise<LoadedFile>;
}

/** A private key file and, where it is to be compared, its public one. */
export interface FilesToLoad {
  readonly privateKeyPath: string;
  readonly publicKeyPath?: string | undefined;
}

/** What was read from there. */
export interface LoadedFile {
  readonly key: RsaPrivateKey;
  /** Absolute, as is its directory. */
  readonly path: string;
  readonly directory: string;
}

/** What the files of a pair say. */
export type PairFacts = Omit<KeyPairInfo, 'nextRotationAt'>;
