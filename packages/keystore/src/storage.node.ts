/** Node: pairs live in files, or in memory when there is no directory. */
import { resolve } from 'node:path';
import { FileStorage } from './disk/file-storage.node.js';
import { FileKnownKeys } from './disk/known-keys.node.js';
import { generateKeyFiles, loadKeyFiles } from './key-files.node.js';
import { MemoryKnownKeys } from './known-keys.memory.js';
import { keyMaker } from './next-key.js';
import { DEFAULTS } from './options.js';
import { MemoryStorage } from './storage.memory.js';
import type { Platform } from './storage.js';

export const platform: Platform = {
  locate: (keyDir = DEFAULTS.keyDir, rotationDir) =>
    keyDir === null ? null : { keyDir: resolve(keyDir), rotationDir: resolve(rotationDir ?? keyDir) },
  createStorage: ({ location, password, keySize, secure }) => {
    const make = keyMaker(keySize);
    if (location !== null) return new FileStorage({ location, password, secure, make });
    // There will be no file to protect.
    password?.dispose();
    return new MemoryStorage(make);
  },
  openKnownKeys: (location) =>
    location === null ? new MemoryKnownKeys() : new FileKnownKeys(location.keyDir),
  schedule: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  generateKeyFiles,
  loadKeyFiles,
};
