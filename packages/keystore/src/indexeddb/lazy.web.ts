/** Loads the code for IndexedDB on first use. */
import type { KeySize } from '@nomyo/crypto';
import type * as indexedDb from './indexeddb.web.js';
import { KeyStoreError } from '../errors.js';
import type { KeyStorage, StorageCall, StoredPair } from '../storage/storage.js';

/** The name of the place in errors. */
const PLACE = 'indexeddb:nomyo';

/** @throws {KeyStoreError} `KEY_FILE_UNREADABLE` when the file with the code cannot be loaded */
export async function loadIndexedDb(): Promise<typeof indexedDb> {
  try {
    return await import('./indexeddb.web.js');
  } catch (cause) {
    const message = 'its code cannot be loaded. Check the network, and reload the page';
    throw new KeyStoreError('KEY_FILE_UNREADABLE', PLACE, message, { cause });
  }
}

/** Storage for the pair of the origin. */
export class LazyStorage implements KeyStorage {
  readonly #keySize: KeySize;
  #storage: Promise<KeyStorage> | undefined;
  #disposed = false;

  constructor(keySize: KeySize) {
    this.#keySize = keySize;
  }

  async open(call: StorageCall): Promise<StoredPair> {
    return (await this.#loaded()).open(call);
  }

  async replace(current: string, call: StorageCall): Promise<StoredPair> {
    return (await this.#loaded()).replace(current, call);
  }

  async prepare(): Promise<void> {
    return (await this.#loaded()).prepare();
  }

  dispose(): void {
    this.#disposed = true;
    void this.#storage?.then(
      (storage) => storage.dispose(),
      () => undefined,
    );
  }

  /** Loads the storage once; after a failure, the next use tries again. */
  #loaded(): Promise<KeyStorage> {
    this.#storage ??= this.#load().catch((error: unknown) => {
      this.#storage = undefined;
      throw error;
    });
    return this.#storage;
  }

  async #load(): Promise<KeyStorage> {
    const { IndexedDbStorage } = await loadIndexedDb();
    const storage = new IndexedDbStorage(this.#keySize);
    if (this.#disposed) storage.dispose();
    return storage;
  }
}
