/** Pairs in files, in one directory or two: the first pair in `keyDir`, rotated pairs in `rotationDir`. */
import type { SecureByteContext } from '@nomyo/crypto';
import { NextKeys, type MakeKey } from '../rotation/next-keys.js';
import type { KeyFileSecrets, KeyLocation, PlaceNames } from '../storage/place.js';
import type { KeyStorage, StorageCall, StoredPair } from '../storage/storage.js';
import { KeyDirectory, type WriteToDirectory } from './key-directory.node.js';
import type { LoadedPair } from './read-pair.node.js';
import { waitFor } from './wait.node.js';

/** Options of {@link FileStorage}. */
export interface FileStorageOptions extends KeyFileSecrets {
  readonly location: KeyLocation;
  readonly names: Pick<PlaceNames, 'keyDir' | 'rotationDir'>;
  readonly make: MakeKey;
}

/** A pair, and the directory it is in. */
interface Found {
  readonly pair: LoadedPair;
  readonly directory: KeyDirectory;
}

/** Stores pairs as files, encrypted if there is a password. */
export class FileStorage implements KeyStorage {
  readonly #keyDir: KeyDirectory;
  /** The same object as `#keyDir` when there is only one directory. */
  readonly #rotationDir: KeyDirectory;
  readonly #password: SecureByteContext | undefined;
  readonly #next: NextKeys;

  constructor({ location: { keyDir, rotationDir }, names, make, ...secrets }: FileStorageOptions) {
    this.#keyDir = new KeyDirectory(keyDir, secrets, names.keyDir);
    this.#rotationDir =
      rotationDir === keyDir ? this.#keyDir : new KeyDirectory(rotationDir, secrets, names.rotationDir);
    this.#password = secrets.password;
    this.#next = new NextKeys(make);
  }

  /** When many processes start together, one makes the pair, and the others find it while they wait for the lock. */
  async open(call: StorageCall): Promise<StoredPair> {
    return waitFor(this.#keyDir.path, call, async () => {
      const found = newest(await this.#find());
      await found?.directory.tidy(found.pair, call);
      return found === undefined ? this.#tryToMakeFirst(call) : storedPair(found);
    });
  }

  async replace(current: string, call: StorageCall): Promise<StoredPair> {
    return this.#rotationDir.update(call, async (write) => {
      const found = await this.#find();
      const other = newest(found);
      if (other !== undefined && fingerprintOf(other) !== current) return storedPair(other);
      other?.pair.key.dispose();
      return this.#make(this.#rotationDir, write, found);
    });
  }

  prepare(): Promise<void> {
    return this.#next.prepare();
  }

  dispose(): void {
    this.#next.dispose();
    this.#password?.dispose();
  }

  #tryToMakeFirst(call: StorageCall): Promise<StoredPair | undefined> {
    return this.#keyDir.tryToUpdate(call, async (write) => {
      const found = newest(await this.#find());
      return found === undefined ? this.#make(this.#keyDir, write, []) : storedPair(found);
    });
  }

  async #make(
    directory: KeyDirectory,
    write: WriteToDirectory,
    found: readonly Found[],
  ): Promise<StoredPair> {
    const replaces = found.map(fingerprintOf);
    const over = found.some((other) => other.directory === directory);
    const pkcs8 = await this.#next.take();
    try {
      const { key, createdAt } = await write({ pkcs8, replaces, over });
      return { keys: key, createdAt, path: directory.paths.privateKeyPath, origin: 'made' };
    } finally {
      pkcs8.dispose();
    }
  }

  /** Loads the pairs of both directories. An unusable file in either is an error, whatever the other one holds. */
  async #find(): Promise<Found[]> {
    const found: Found[] = [];
    try {
      for (const directory of new Set([this.#keyDir, this.#rotationDir])) {
        const pair = await directory.load();
        if (pair !== undefined) found.push({ pair, directory });
      }
      return found;
    } catch (error) {
      for (const { pair } of found) pair.key.dispose();
      throw error;
    }
  }
}

/** Chooses the newest pair, and disposes of the others. */
function newest(found: readonly Found[]): Found | undefined {
  const [first, ...rest] = found;
  if (first === undefined) return undefined;
  const chosen = rest.reduce((best, other) => (isNewer(other, best) ? other : best), first);
  for (const other of found) if (other !== chosen) other.pair.key.dispose();
  return chosen;
}

/**
 * Reports whether `other` is newer than `best`. The record of which pair replaces which takes precedence over the
 * clock, which may have been changed in between.
 *
 * @param other the pair of the later directory, which wins a tie
 */
function isNewer(other: Found, best: Found): boolean {
  if (other.pair.replaces.includes(fingerprintOf(best))) return true;
  if (best.pair.replaces.includes(fingerprintOf(other))) return false;
  return other.pair.createdAt >= best.pair.createdAt;
}

function fingerprintOf({ pair }: Found): string {
  return pair.key.publicKey.fingerprint;
}

function storedPair({ pair, directory }: Found): StoredPair {
  return { keys: pair.key, createdAt: pair.createdAt, path: directory.paths.privateKeyPath, origin: 'found' };
}
