/** Stores the pair of an origin in IndexedDB, as CryptoKeys that not even the page that made them can export. */
import { CryptoKeySource, generateCryptoKeyPair, type KeySize } from '@nomyo/crypto';
import { KeyStoreError } from '../errors.js';
import { NextKeys } from '../rotation/next-keys.js';
import { believedCreation } from '../believed-creation.js';
import type { KeyStorage, StorageCall, StoredPair } from '../storage/storage.js';
import { Database, exclusively, PLACE } from './database.web.js';

/** The key of the one record in `pairs`. */
const CURRENT = 'current';

/** A pair and its age, stored and replaced together. */
interface PairRecord {
  readonly pair: CryptoKeyPair;
  /** Unix time in ms. */
  readonly createdAt: number;
}

/** A pair that is not stored yet. */
interface NewPair {
  readonly pair: CryptoKeyPair;
  readonly keys: CryptoKeySource;
  dispose(): void;
}

/** Stores pairs in IndexedDB, where no script can export the private key. */
export class IndexedDbStorage implements KeyStorage {
  readonly #database = new Database();
  readonly #next: NextKeys<NewPair>;

  constructor(keySize: KeySize) {
    this.#next = new NextKeys(() => makePair(keySize));
  }

  /** When several tabs start together, one makes the pair while the others wait for the lock, and then find it. */
  async open({ signal }: StorageCall): Promise<StoredPair> {
    const find = (): Promise<StoredPair | undefined> => this.#find();
    return (await find()) ?? exclusively(signal, async () => (await find()) ?? this.#make(signal));
  }

  replace(current: string, { signal }: StorageCall): Promise<StoredPair> {
    return exclusively(signal, async () => {
      const found = await this.#find();
      if (found !== undefined && found.keys.publicKey.fingerprint !== current) return found;
      found?.keys.dispose();
      return this.#make(signal);
    });
  }

  prepare(): Promise<void> {
    return this.#next.prepare();
  }

  dispose(): void {
    this.#next.dispose();
    this.#database.close();
  }

  async #find(): Promise<StoredPair | undefined> {
    const record = await this.#database.get('pairs', CURRENT);
    if (record === undefined) return undefined;
    if (!isPairRecord(record)) throw damaged();
    const keys = await CryptoKeySource.fromKeyPair(record.pair).catch((cause: unknown) => {
      throw damaged(cause);
    });
    // A pair of unknown age is replaced as soon as possible.
    const createdAt = believedCreation(record.createdAt, undefined, Date.now()) ?? 0;
    return { keys, createdAt, path: undefined, origin: 'found' };
  }

  async #make(signal: AbortSignal): Promise<StoredPair> {
    const next = await this.#next.take();
    try {
      signal.throwIfAborted();
      const createdAt = Date.now();
      const record: PairRecord = { pair: next.pair, createdAt };
      await this.#database.put('pairs', CURRENT, record);
      return { keys: next.keys, createdAt, path: undefined, origin: 'made' };
    } catch (error) {
      next.dispose();
      throw error;
    }
  }
}

async function makePair(keySize: KeySize): Promise<NewPair> {
  const pair = await generateCryptoKeyPair(keySize);
  const keys = await CryptoKeySource.fromKeyPair(pair);
  return { pair, keys, dispose: () => keys.dispose() };
}

function isPairRecord(record: unknown): record is PairRecord {
  if (typeof record !== 'object' || record === null) return false;
  if (!('pair' in record) || !('createdAt' in record) || !Number.isFinite(record.createdAt)) return false;
  const { pair } = record;
  if (typeof pair !== 'object' || pair === null) return false;
  return ['publicKey', 'privateKey'].every((name) => Reflect.get(pair, name) instanceof CryptoKey);
}

function damaged(cause?: unknown): KeyStoreError {
  const message =
    'the stored pair is damaged. It was left untouched; delete the database to have a new one made';
  return new KeyStoreError('KEY_FILE_INVALID', PLACE, message, { cause });
}
