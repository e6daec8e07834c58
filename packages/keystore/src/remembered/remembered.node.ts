/** Known keys and seen configurations on Node: in files next to the pair, or in memory if there is no directory. */
import { resolve } from 'node:path';
import { FileKnownKeys } from '../disk/known-keys.node.js';
import { FileSeenConfigurations } from '../disk/seen-configurations.node.js';
import { MemoryKnownKeys } from './known-keys.memory.js';
import { DEFAULTS } from '../limits.js';
import { MemorySeenConfigurations } from './seen-configurations.memory.js';
import type { Remembered } from '../storage/storage.js';
import { locate } from '../storage/storage.node.js';

/** In a file next to the pair, or in memory for `keyDir: null`. */
export const openKnownKeys: Remembered['openKnownKeys'] = (place) => {
  locate(place);
  const { keyDir = DEFAULTS.keyDir } = place;
  return keyDir === null ? new MemoryKnownKeys() : new FileKnownKeys(resolve(keyDir));
};

/** In a file next to the pair, or in memory for `keyDir: null`. */
export const openSeenConfigurations: Remembered['openSeenConfigurations'] = (place) => {
  locate(place);
  const { keyDir = DEFAULTS.keyDir } = place;
  return keyDir === null ? new MemorySeenConfigurations() : new FileSeenConfigurations(resolve(keyDir));
};
