/** The one database of an origin: a thin layer of promises over IndexedDB (W3C Indexed Database API 3.0). */
import { KeyStoreError, type KeyStoreErrorCode } from '../errors.js';

const DATABASE = { name: 'nomyo', version: 1 } as const;

/** `pairs` holds the pair; `known` holds the fingerprints of routers by URL, and the seen configurations of realms. */
export type StoreName = 'pairs' | 'known';

const STORES: readonly StoreName[] = ['pairs', 'known'];

/** The name of the place in errors. */
export const PLACE = 'indexeddb:nomyo';

/** Opens the database on first use, and again on the next use after it was closed. */
export class Database {
  #open: Promise<IDBDatabase> | undefined;

  /** @throws {KeyStoreError} `KEY_FILE_UNREADABLE` */
  get(store: StoreName, key: string): Promise<unknown> {
    return explained('KEY_FILE_UNREADABLE', async () => {
      const database = await this.#opened();
      return resultOf<unknown>(database.transaction(store).objectStore(store).get(key));
    });
  }

  /**
   * Stores a value; resolves once it is on the disk.
   *
   * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE`
   */
  put(store: StoreName, key: string, value: unknown): Promise<void> {
    return explained('KEY_FILE_UNWRITABLE', async () => {
      const database = await this.#opened();
      const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
      transaction.objectStore(store).put(value, key);
      await endOf(transaction);
    });
  }

  /** Idempotent; the next use opens it again. */
  close(): void {
    void this.#open?.then(
      (database) => database.close(),
      () => undefined,
    );
    this.#open = undefined;
  }

  #opened(): Promise<IDBDatabase> {
    return (this.#open ??= this.#connect());
  }

  async #connect(): Promise<IDBDatabase> {
    try {
      const request = globalThis.indexedDB.open(DATABASE.name, DATABASE.version);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
      const database = await resultOf(request);
      // This tab must not block another one that deletes or upgrades the database.
      database.onversionchange = () => this.close();
      database.onclose = () => (this.#open = undefined);
      return database;
    } catch (error) {
      this.#open = undefined;
      throw error;
    }
  }
}

/** Runs `task` while no other tab or worker of this origin runs one. */
export function exclusively<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  return globalThis.navigator.locks.request(DATABASE.name, { signal }, task);
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new TypeError('IndexedDB failed'));
  });
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new TypeError('IndexedDB failed'));
  });
}

async function explained<T>(code: KeyStoreErrorCode, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : 'unknown';
    const message = `the database cannot be used (${why}). Check that this site may store data, and the free space`;
    throw new KeyStoreError(code, PLACE, message, { cause });
  }
}
