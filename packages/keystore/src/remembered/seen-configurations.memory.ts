import { highest, type SeenConfiguration, type SeenConfigurations } from './seen-configurations.js';

/** Seen configurations in the memory of this process. */
export class MemorySeenConfigurations implements SeenConfigurations {
  readonly #seen = new Map<string, SeenConfiguration>();

  recall(realm: string): Promise<SeenConfiguration | undefined> {
    return Promise.resolve(this.#seen.get(realm));
  }

  raise(realm: string, seen: SeenConfiguration): Promise<SeenConfiguration> {
    const next = highest(seen, this.#seen.get(realm));
    this.#seen.set(realm, next);
    return Promise.resolve(next);
  }
}
