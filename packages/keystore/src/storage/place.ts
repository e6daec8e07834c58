/** Options for the place where a pair is stored. */
import type { KeySize, SecureByteContext, SecureByteContextOptions } from '@nomyo/crypto';

/** Options that choose the place of a pair. */
export interface PlaceOptions {
  /**
   * Directory of the key pair, created if it is missing. Default: `client_keys` on Node. `null`: keys are only in
   * memory, as they are in browsers without `keyStorage`.
   */
  readonly keyDir?: string | null | undefined;
  /** Directory to which rotated pairs are written. Default: `keyDir`. */
  readonly rotationDir?: string | undefined;
  /**
   * Browsers only: keeps the pair as CryptoKeys in IndexedDB, whose private key cannot be exported and which all tabs
   * of the origin share. Excludes `keyDir`, `rotationDir` and `password`. Default: memory.
   */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/** Options for memory that holds secrets. */
export type MemoryOptions = SecureByteContextOptions;

/** The caller's names for the options of a place, which errors use. */
export type PlaceNames = Readonly<Record<keyof PlaceOptions, string>>;

/** Two absolute paths, which may be equal. */
export interface KeyLocation {
  readonly keyDir: string;
  readonly rotationDir: string;
}

/** Everything needed to open and write a private key file. */
export interface KeyFileSecrets {
  readonly password: SecureByteContext | undefined;
  readonly memory: MemoryOptions;
  /** Whether an unencrypted file is accepted although there is a password. Default: `false`. */
  readonly allowsUnprotected?: boolean;
}

/** Options of a storage. It disposes of the password. */
export interface StorageOptions extends KeyFileSecrets {
  readonly keySize: KeySize;
  /** Number of pairs to hold ready, where pairs are in memory. */
  readonly poolSize: number;
}
