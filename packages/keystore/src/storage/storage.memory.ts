import { NextKeys, type Wipeable } from '../rotation/next-keys.js';
import type { StorageOptions } from './place.js';
import type { KeyPlace, KeyStorage, OwnedKeys, StoredPair } from './storage.js';

/** Makes pairs of one kind. */
export interface PairMaker<K extends Wipeable> {
  /** The slow part, about a second, which can be done in advance. */
  readonly make: () => Promise<K>;
  /** Makes the pair, which owns `made` from now on. */
  readonly finish: (made: K) => OwnedKeys | Promise<OwnedKeys>;
}

/**
 * A place in the memory of this process.
 *
 * @param makerFor gives the maker of the runtime's kind of pair
 */
export function placeInMemory<K extends Wipeable>(
  makerFor: (options: StorageOptions) => PairMaker<K>,
): KeyPlace {
  return {
    isShared: false,
    createStorage: (options) => {
      // There will be no file to protect.
      options.password?.dispose();
      return new MemoryStorage(makerFor(options), options.poolSize);
    },
  };
}

/** Keeps pairs in memory; they end with the process. */
class MemoryStorage<K extends Wipeable> implements KeyStorage {
  readonly #next: NextKeys<K>;
  readonly #finish: PairMaker<K>['finish'];

  constructor({ make, finish }: PairMaker<K>, poolSize: number) {
    this.#finish = finish;
    this.#next = new NextKeys(make, poolSize);
  }

  open(): Promise<StoredPair> {
    return this.#make();
  }

  replace(): Promise<StoredPair> {
    return this.#make();
  }

  prepare(): Promise<void> {
    return this.#next.prepare();
  }

  dispose(): void {
    this.#next.dispose();
  }

  async #make(): Promise<StoredPair> {
    const keys = await this.#finish(await this.#next.take());
    return { keys, createdAt: Date.now(), path: undefined, origin: 'made' };
  }
}
