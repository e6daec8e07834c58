/** What is asked of a place where a pair is to live. */
import type { KeySize, SecureByteContext, SecureByteContextOptions } from '@nomyo/crypto';

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
   * Browsers only: the pair is a CryptoKey in IndexedDB that cannot be exported, and all tabs of the origin share it.
   * Excludes `keyDir`, `rotationDir` and `password`. Default: memory.
   */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/** How memory for secrets is taken. */
export type MemoryOptions = SecureByteContextOptions;

/** How the caller calls the options of a place: errors speak of those names. */
export type PlaceNames = Readonly<Record<keyof PlaceOptions, string>>;

/** Two absolute paths, which may be equal. */
export interface KeyLocation {
  readonly keyDir: string;
  readonly rotationDir: string;
}

/** What it takes to open and to write a private key file. */
export interface KeyFileSecrets {
  readonly password: SecureByteContext | undefined;
  readonly memory: MemoryOptions;
  /** Whether a file without protection is read although there is a password. Default: `false`. */
  readonly allowsUnprotected?: boolean;
}

/** What a storage needs to know. It disposes of the password. */
export interface StorageOptions extends KeyFileSecrets {
  readonly keySize: KeySize;
  /** Pairs to hold ready in memory, where no other process makes one. */
  readonly poolSize: number;
}
