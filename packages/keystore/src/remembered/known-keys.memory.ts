import type { KnownKeys, NextKnownKey } from './known-keys.js';

/** Known keys in the memory of this process. */
export class MemoryKnownKeys implements KnownKeys {
  readonly #known = new Map<string, string>();

  recall(name: string): Promise<string | undefined> {
    return Promise.resolve(this.#known.get(name));
  }

  remember(name: string, { fingerprint, replaces }: NextKnownKey): Promise<boolean> {
    const isFirst = this.#known.get(name) === replaces;
    if (isFirst) this.#known.set(name, fingerprint);
    return Promise.resolve(isFirst);
  }
}
