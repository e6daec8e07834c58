/** Runtimes without files of their own: pairs live in memory or, where there is one, in IndexedDB. */
import { InvalidArgumentError } from '@nomyo/base';
import { indexedDbPlace } from './indexeddb/place.web.js';
import { DEFAULTS } from './options.js';
import { memoryPlace } from './storage.memory.js';
import type { Platform } from './storage.js';

/** Promises, because the functions of Node give promises: a refusal arrives the same way. */
function refuse(argument: string): Promise<never> {
  return Promise.reject(
    new InvalidArgumentError(argument, 'cannot be used: this runtime keeps no key files'),
  );
}

export const platform: Platform = {
  locate: ({ keyDir, rotationDir, keyStorage }) => {
    const isOwn = keyDir !== undefined && keyDir !== null && keyDir !== DEFAULTS.keyDir;
    if (isOwn || rotationDir !== undefined) {
      const argument = isOwn ? 'keyDir' : 'rotationDir';
      throw new InvalidArgumentError(argument, 'cannot be used: this runtime keeps no key files');
    }
    return keyStorage === undefined ? memoryPlace : indexedDbPlace();
  },
  schedule: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  generateKeyFiles: () => refuse('keyDir'),
  loadKeyFiles: () => refuse('privateKeyPath'),
};
