/** Node: pairs live in files, or in memory when there is no directory. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from '@nomyo/base';
import { FileStorage } from './disk/file-storage.node.js';
import { FileKnownKeys } from './disk/known-keys.node.js';
import { generateKeyFiles, loadKeyFiles } from './key-files.node.js';
import { keyMaker } from './next-keys.js';
import { DEFAULTS } from './options.js';
import { memoryPlace } from './storage.memory.js';
import type { KeyPlace, Platform } from './storage.js';

export const platform: Platform = {
  locate: ({ keyDir = DEFAULTS.keyDir, rotationDir, keyStorage }) => {
    if (keyStorage !== undefined) {
      throw new InvalidArgumentError('keyStorage', 'must not be given: only browsers have IndexedDB');
    }
    return keyDir === null ? memoryPlace : directoryPlace(resolve(keyDir), resolve(rotationDir ?? keyDir));
  },
  schedule: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  generateKeyFiles,
  loadKeyFiles,
};

function directoryPlace(keyDir: string, rotationDir: string): KeyPlace {
  return {
    isShared: true,
    createStorage: ({ keySize, password, secure }) =>
      new FileStorage({
        location: { keyDir, rotationDir },
        make: keyMaker(keySize),
        password,
        secure,
      }),
    openKnownKeys: () => new FileKnownKeys(keyDir),
  };
}
