/** Runtimes without files of their own: pairs live in memory. */
import { InvalidArgumentError } from '@nomyo/crypto/errors';
import { MemoryKnownKeys } from './known-keys.memory.js';
import { keyMaker } from './next-key.js';
import { DEFAULTS } from './options.js';
import { MemoryStorage } from './storage.memory.js';
import type { Platform } from './storage.js';

/** Promises, because the functions of Node give promises: a refusal arrives the same way. */
function refuse(argument: string): Promise<never> {
  return Promise.reject(
    new InvalidArgumentError(argument, 'cannot be used: this runtime keeps no key files'),
  );
}

export const platform: Platform = {
  locate: (keyDir, rotationDir) => {
    const isOwn = keyDir !== undefined && keyDir !== null && keyDir !== DEFAULTS.keyDir;
    if (!isOwn && rotationDir === undefined) return null;
    const argument = isOwn ? 'keyDir' : 'rotationDir';
    throw new InvalidArgumentError(argument, 'cannot be used: this runtime keeps keys in memory only');
  },
  createStorage: ({ keySize }) => new MemoryStorage(keyMaker(keySize)),
  openKnownKeys: () => new MemoryKnownKeys(),
  schedule: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  generateKeyFiles: () => refuse('keyDir'),
  loadKeyFiles: () => refuse('privateKeyPath'),
};
