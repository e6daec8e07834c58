import { RsaPrivateKey } from '@nomyo/crypto';
import { NextKey, type MakeKey } from './next-key.js';
import type { KeyStorage, StoredPair } from './storage.js';

/** Pairs that live in memory and end with the process. */
export class MemoryStorage implements KeyStorage {
  readonly #next: NextKey;

  constructor(make: MakeKey) {
    this.#next = new NextKey(make);
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
    const keys = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
    return { keys, createdAt: Date.now(), path: undefined, origin: 'made' };
  }
}
