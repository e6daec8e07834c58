/** Where a store keeps its pairs: at the place of its options, until the caller moves it to another. */
import * as platform from '#storage';
import { anObject, refuseUndefined, refuseUnknown } from '@nomyo/base';
import type { KeySize, SecureByteContext } from '@nomyo/crypto';
import { KeyStoreError } from './errors.js';
import type { LoadKeyFilesOptions } from './file-options.js';
import { checkFilesToLoad } from './key-files.js';
import { DEFAULTS, LIMITS } from './limits.js';
import { checkKeySize, checkPlace, type ResolvedOptions } from './options.js';
import { copyOf, resolvePassword } from './password.js';
import type { PlaceOptions } from './place.js';
import type { RotationPolicy } from './rotation.js';
import type { KeyStorage, StoredPair } from './storage.js';

/** Options of {@link KeyStore.moveTo}. */
export interface MoveOptions {
  /** Directory of the pair; `null`: memory. Default: that of the store's options, or `client_keys` if it has none. */
  readonly keyDir?: string | null | undefined;
  /** Protects the files there; at least 8 characters, or bytes. Default: that of the store's options, if any. */
  readonly password?: string | Uint8Array;
  /** Modulus of new pairs, in bits. Default: that of the store's options. */
  readonly keySize?: KeySize | undefined;
}

/** A place in use: rotation goes on as its policy says, and writes where its pairs are, under their password. */
export interface Home {
  readonly storage: KeyStorage;
  readonly policy: RotationPolicy;
}

/** The home of a store, and how to make another; a password that the caller does not give is that of the store's options. */
export class Homes {
  readonly #options: ResolvedOptions;
  #current: Home;

  /** Begins with the one of the store's options. */
  constructor(options: ResolvedOptions) {
    this.#options = options;
    const { place, keySize } = options;
    this.#current = this.#make(place, { password: this.#ownPassword(), keySize, allowsUnprotected: false });
  }

  /** Where the store is now. */
  get current(): Home {
    return this.#current;
  }

  /** From now on, `home` is the current one. */
  enter(home: Home): void {
    this.#current.storage.dispose();
    this.#current = home;
  }

  /** `undefined` when the store moved meanwhile: nobody cares then about a pair at the old place. */
  async unlessMoved<T>(task: (home: Home) => Promise<T>): Promise<T | undefined> {
    const home = this.#current;
    try {
      return await task(home);
    } catch (error) {
      if (this.#current !== home) return undefined;
      throw error;
    }
  }

  /** @throws {InvalidArgumentError} on a wrong value or an unknown name */
  at(options: MoveOptions): Home {
    refuseUnknown(anObject('options', options), ['keyDir', 'password', 'keySize']);
    refuseUndefined(options, ['password']);
    const { memory, place } = this.#options;
    const { keyDir = place.keyDir ?? DEFAULTS.keyDir } = options;
    const keySize = options.keySize === undefined ? this.#options.keySize : checkKeySize(options.keySize);
    const checked = checkPlace({ keyDir });
    const password = resolvePassword('password', options.password, LIMITS.passwordToWrite, memory);
    const secrets = { password: password ?? this.#ownPassword(), keySize, allowsUnprotected: false };
    return this.#make(keyDir === null ? checked : { ...checked, rotationDir: place.rotationDir }, secrets);
  }

  /**
   * The directory of a private key file, which is read. Where the caller gave no password, the file may be without
   * protection, or under the password of the store's options; what is written beside it is under that one.
   *
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {KeyStoreError} when the file cannot be used
   */
  async beside(options: LoadKeyFilesOptions): Promise<{ home: Home; stored: StoredPair }> {
    const files = checkFilesToLoad(options);
    const { memory, keySize, place } = this.#options;
    const given = resolvePassword('password', options.password, LIMITS.passwordToRead, memory);
    const secrets = {
      password: given ?? this.#ownPassword(),
      memory,
      allowsUnprotected: given === undefined,
    };
    try {
      const { key, path, directory } = await platform.loadFile(files, secrets);
      const stored: StoredPair = { keys: key, createdAt: Date.now(), path, origin: 'found' };
      const { rotationDir } = place;
      return { home: this.#make({ keyDir: directory, rotationDir }, { ...secrets, keySize }), stored };
    } catch (error) {
      secrets.password?.dispose();
      throw error;
    }
  }

  /** Ends the current home, and wipes the password of the options, of which homes have copies. */
  dispose(): void {
    this.#current.storage.dispose();
    this.#options.password?.dispose();
  }

  #ownPassword(): SecureByteContext | undefined {
    return copyOf(this.#options.password, this.#options.memory);
  }

  #make(
    options: PlaceOptions,
    secrets: { password: SecureByteContext | undefined; keySize: KeySize; allowsUnprotected: boolean },
  ): Home {
    const { names, memory, poolSize, policyFor } = this.#options;
    const place = platform.locate(options, names);
    return {
      storage: place.createStorage({ ...secrets, memory, poolSize }),
      policy: policyFor(place.isShared),
    };
  }
}

/**
 * The pair at a new home.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when the one that is there does not open
 */
export async function openHome({ storage }: Home, signal: AbortSignal): Promise<StoredPair> {
  try {
    return await storage.open({ signal, background: false });
  } catch (error) {
    storage.dispose();
    if (!(error instanceof KeyStoreError) || error.code !== 'KEY_FILE_PASSWORD') throw error;
    const reason = error.message.slice(error.path.length + 2);
    const message = `there is a pair already, which is never overwritten, and cannot be used: ${reason}`;
    throw new KeyStoreError('KEY_FILE_EXISTS', error.path, message, { cause: error });
  }
}
