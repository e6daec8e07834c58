/** The key pair of one directory: `private_key.pem` and `public_key.pem`. */
import { join } from 'node:path';
import { RsaPrivateKey, type SecureByteContext } from '@nomyo/crypto';
import { KeyStoreError } from '../errors.js';
import type { KeyFileSecrets } from '../storage/place.js';
import type { StorageCall } from '../storage/storage.js';
import { checkDirectory, ignoreInGit, makeDirectory } from './directory.node.js';
import { DirectoryLock, holding, type HeldLock } from './lock.node.js';
import { readPair, type LoadedPair, type PairPaths } from './read-pair.node.js';
import { systemCode } from './system.node.js';
import { exists, hasLeftovers, isTaken } from './write-file.node.js';
import { waitFor } from './wait.node.js';
import { writePair, writePublicKey, type WrittenPair } from './write-pair.node.js';

/** A pair that is about to be written. */
export interface NewPair {
  /** The private key; it stays the caller's to dispose of. */
  readonly pkcs8: SecureByteContext;
  /** Fingerprints of the pairs that it replaces. */
  readonly replaces: readonly string[];
  /** Unix time in ms. Default: now. */
  readonly createdAt?: number | undefined;
  /** Whether it overwrites the pair in the directory; a first pair never does. */
  readonly over: boolean;
}

/** Writes to a directory whose lock is held. */
export type WriteToDirectory = (pair: NewPair) => Promise<WrittenPair>;

/** Reads and replaces the pair of one directory, under a lock that other processes respect. */
export class KeyDirectory {
  readonly path: string;
  readonly paths: PairPaths;
  readonly #lock: DirectoryLock;
  readonly #secrets: KeyFileSecrets;
  readonly #option: string;

  /**
   * @param path absolute
   * @param option name of the option that gave the path, as the caller wrote it
   */
  constructor(path: string, secrets: KeyFileSecrets, option: string) {
    this.path = path;
    this.#option = option;
    this.#lock = new DirectoryLock(path);
    this.#secrets = secrets;
    this.paths = {
      privateKeyPath: join(path, 'private_key.pem'),
      publicKeyPath: join(path, 'public_key.pem'),
    };
  }

  /**
   * Loads the pair; `undefined` if there is none.
   *
   * @throws {KeyStoreError} when there are files that cannot be used; they are left untouched
   */
  async load(): Promise<LoadedPair | undefined> {
    if (!(await checkDirectory(this.path))) return undefined;
    return readPair(this.paths, this.#secrets);
  }

  /** @throws {KeyStoreError} `KEY_FILE_EXISTS` when either of the two files exists */
  async checkEmpty(): Promise<void> {
    for (const path of [this.paths.privateKeyPath, this.paths.publicKeyPath]) {
      if (await exists(path)) throw isTaken(path);
    }
  }

  /** Runs `task` under the lock of the directory, which is created if it is missing. */
  async update<T>(call: StorageCall, task: (write: WriteToDirectory) => Promise<T>): Promise<T> {
    await this.#explained(() => makeDirectory(this.path));
    const lock = await waitFor(this.path, call, () => this.#tryAcquire());
    return holding(this.path, lock, () => task((pair) => this.#write(lock, call.signal, pair)));
  }

  /** Like {@link update}, without waiting: `undefined` when another process holds the lock. */
  async tryToUpdate<T>(
    { signal }: StorageCall,
    task: (write: WriteToDirectory) => Promise<T>,
  ): Promise<T | undefined> {
    await this.#explained(() => makeDirectory(this.path));
    const lock = await this.#tryAcquire();
    if (lock === undefined) return undefined;
    return holding(this.path, lock, () => task((pair) => this.#write(lock, signal, pair)));
  }

  /**
   * Cleans up after a crash: removes temporary files, and brings the public key file in line with the private key. A
   * directory that is locked, or cannot be written to, stays as it is; the pair works anyway.
   */
  async tidy(pair: LoadedPair, call: StorageCall): Promise<void> {
    try {
      if (pair.publicFile === 'current' && !(await hasLeftovers(this.path))) return;
      await this.tryToUpdate(call, async () => {
        if (pair.publicFile !== 'current' && (await pair.isUnchanged())) {
          await writePublicKey(this.path, this.paths, pair.key.publicKey);
        }
      });
    } catch (error) {
      if (!(error instanceof KeyStoreError)) throw error;
    }
  }

  #tryAcquire(): Promise<HeldLock | undefined> {
    return this.#explained(() => this.#lock.tryAcquire());
  }

  /** Adds to the error of an unwritable directory the name of the option that chose it. */
  async #explained<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof KeyStoreError) || error.code !== 'KEY_FILE_UNWRITABLE') throw error;
      const code = systemCode(error.cause);
      if (code !== undefined && !NO_ACCESS.includes(code)) throw error;
      const why =
        code === undefined ? error.message.slice(error.path.length + 2) : `it cannot be written to (${code})`;
      const message = `${why}. ${placeAdvice(this.#option)}`;
      throw new KeyStoreError('KEY_FILE_UNWRITABLE', this.path, message, { cause: error.cause });
    }
  }

  async #write(lock: HeldLock, signal: AbortSignal, pair: NewPair): Promise<WrittenPair> {
    const key = await pair.pkcs8.borrow((bytes) => RsaPrivateKey.fromPkcs8(bytes, this.#secrets.memory));
    try {
      await ignoreInGit(this.path);
      const ready = async (): Promise<void> => {
        signal.throwIfAborted();
        await lock.check();
      };
      return await writePair({
        ...pair,
        key,
        directory: this.path,
        paths: this.paths,
        ready,
        ...this.#secrets,
      });
    } catch (error) {
      key.dispose();
      throw error;
    }
  }
}

/** Codes of the system for a place where this process, or everyone, is not allowed to write. */
const NO_ACCESS = ['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'];

function placeAdvice(option: string): string {
  return `Set ${option} to a directory that this process can write to, or keyDir: null to keep keys in memory`;
}
