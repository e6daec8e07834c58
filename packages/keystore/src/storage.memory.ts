import { RsaPrivateKey } from '@nomyo/crypto';
import { MemoryKnownKeys } from './known-keys.memory.js';
import { keyMaker, NextKeys, type MakeKey } from './next-keys.js';
import { MemorySeenConfigurations } from './seen-configurations.memory.js';
import type { MemoryOptions } from './place.js';
import type { KeyPlace, KeyStorage, StoredPair } from './storage.js';

export const memoryPlace: KeyPlace = {
  isShared: false,
  createStorage: ({ keySize, password, poolSize, memory }) => {
    // There will be no file to protect.
    password?.dispose();
    return new MemoryStorage(keyMaker(keySize, memory), poolSize, memory);
  },
  openKnownKeys: () => new MemoryKnownKeys(),
  openSeenConfigurations: () => new MemorySeenConfigurations(),
};

/** Pairs that live in memory and end with the process. */
class MemoryStorage implements KeyStorage {
  readonly #next: NextKeys;
  readonly #memory: MemoryOptions;

  constructor(make: MakeKey, poolSize: number, memory: MemoryOptions) {
    this.#memory = memory;
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
    const pkcs8 = await this.#next.take();
    const keys = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der, this.#memory));
    return { keys, createdAt: Date.now(), path: undefined, origin: 'made' };
  }
}
