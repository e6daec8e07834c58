/** Known keys and seen configurations in runtimes without files: in memory, or in IndexedDB next to the pair. */
import { loadIndexedDb } from '../indexeddb/lazy.web.js';
import { MemoryKnownKeys } from './known-keys.memory.js';
import { MemorySeenConfigurations } from './seen-configurations.memory.js';
import type { Remembered } from '../storage/storage.js';
import { locate } from '../storage/storage.web.js';

/** In IndexedDB where pairs are kept there, otherwise in memory. */
export const openKnownKeys: Remembered['openKnownKeys'] = (place) => {
  locate(place);
  if (place.keyStorage === undefined) return new MemoryKnownKeys();
  return {
    recall: async (name) => new (await loadIndexedDb()).IndexedDbKnownKeys().recall(name),
    remember: async (name, next, signal) =>
      new (await loadIndexedDb()).IndexedDbKnownKeys().remember(name, next, signal),
  };
};

/** In IndexedDB where pairs are kept there, otherwise in memory. */
export const openSeenConfigurations: Remembered['openSeenConfigurations'] = (place) => {
  locate(place);
  if (place.keyStorage === undefined) return new MemorySeenConfigurations();
  return {
    recall: async (realm) => new (await loadIndexedDb()).IndexedDbSeenConfigurations().recall(realm),
    raise: async (realm, seen, signal) =>
      new (await loadIndexedDb()).IndexedDbSeenConfigurations().raise(realm, seen, signal),
  };
};
